"""Reading of candles, stored or merged from stored ones, for all commands that show, draw or export them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from engines.base import CandleQuery, WindowQuery
from engines.domain.requests import Fill, Query
from engines.domain.serving import Serving
from engines.domain.timeframe import Timeframe, isoformat
from engines.errors import Failure, UsageError
from engines.lake import Lake
from k2cli.language.times import calendar_time
from k2cli.language.windows import Alignment
from k2cli.reports import CandleRows
from k2cli.settings import Settings

AnyQuery = CandleQuery | WindowQuery
"""Candles as they are stored, or of other windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which candles are asked for, whatever their windows.

    Attributes:
        exchange: Only this exchange.
        symbol: Only this symbol.
        start: Only windows that start at or after this instant.
        end: Only windows that start before this instant.
        limit: At most this many rows, those of the newest windows; if gaps are filled, as many of each series.
        fill: What stands for windows without trades.
    """

    exchange: str | None = None
    symbol: str | None = None
    start: int | None = None
    end: int | None = None
    limit: int | None = None
    fill: str = Fill.NONE


def query_of(settings: Settings, timeframe: str, alignment: Alignment, asked: Asked) -> AnyQuery:
    """The query for candles: for those of a table where it has them as they are asked for, else for merged ones.

    Args:
        settings: Which tables there are.
        timeframe: Length of the windows as the user typed it.
        alignment: Where they begin.
        asked: Which candles are asked for.

    Raises:
        UsageError: It is no timeframe, or the zone is not known.
    """
    windows = settings.windows(timeframe, zone=alignment.zone, day_start=alignment.day_start, anchor=alignment.anchor)
    fill, stored = _fill(asked.fill), windows.timeframe
    where = Query(exchange=asked.exchange, symbol=asked.symbol, start=asked.start, end=asked.end)
    if stored in settings.tables.timeframes and fill is Fill.NONE:
        return CandleQuery(timeframe=stored, limit=asked.limit, **_fields(where))
    return WindowQuery(windows=windows, limit=asked.limit, fill=fill, **_fields(where))


def length_of(query: AnyQuery) -> str:
    """The length of the windows alone: ``4h``, ``1d``."""
    return query.timeframe.name if isinstance(query, CandleQuery) else query.windows.name


def _fill(text: str) -> Fill:
    try:
        return Fill(text)
    except ValueError:
        raise UsageError(f"fill {text!r} is not known", hint=f"one of {', '.join(Fill)}") from None


def _fields(query: Query) -> dict[str, Any]:
    return {field.name: getattr(query, field.name) for field in fields(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CandlesRead:
    """Candles that are read while they are iterated.

    Attributes:
        candles: The candles.
        timeframe: Which windows they have.
        table: Full name of the table they are stored in; empty if they are merged.
        merged_from: The stored timeframes they are merged from; empty if they are stored.
        snapshot_id: The snapshot of the table; None if it is not known, or they are merged.
        committed: Time of the commit of that snapshot.
        notes: What to know about them: warnings.
    """

    candles: CandleRows
    timeframe: str
    table: str = ""
    merged_from: tuple[Timeframe, ...] = ()
    snapshot_id: int | None = None
    committed: datetime | None = None
    notes: tuple[Failure, ...] = ()


def read_candles(lake: Lake, query: AnyQuery) -> CandlesRead:
    """Start to read the candles of a query.

    Raises:
        TableMissing: The table does not exist.
        UsageError: Of the time from the query's start on, only candles are left that are too long to be merged.
    """
    if isinstance(query, CandleQuery):
        return _stored(lake, query)
    merged = lake.merged_candles(query)
    return CandlesRead(
        candles=CandleRows(merged.batches),
        timeframe=str(query.windows),
        merged_from=tuple(sorted(timeframe for timeframe, _ in merged.serving.parts)),
        notes=tuple(_notes(query, merged.serving)),
    )


def _stored(lake: Lake, query: CandleQuery) -> CandlesRead:
    """Begin to read, and say of which snapshot: the one that the table has before and after it is opened for that."""
    for _ in range(3):
        before = lake.head(query.timeframe)
        candles = CandleRows(lake.candles(query))
        same = before == lake.head(query.timeframe)
        if same:
            break
    return CandlesRead(
        candles=candles,
        timeframe=str(query.timeframe),
        table=lake.names.target(query.timeframe),
        snapshot_id=before[0] if same else None,
        committed=calendar_time(before[1]) if same else None,
    )


def _notes(query: WindowQuery, serving: Serving) -> Iterator[Failure]:
    if serving.behind:
        behind = ", ".join(map(str, serving.behind))
        yield Failure(
            message=f"part of this is from candles of {behind}, which are not up to date",
            hint="run k2 ohlcv aggregate",
            exit_code=0,
        )
    if serving.coarser and query.limit is None:
        kept = ", ".join(map(str, serving.coarser))
        before = isoformat(serving.span.start)
        told = f"before {before} only candles of {kept} are kept, too long for {query.windows}"
        yield Failure(message=told, exit_code=0)

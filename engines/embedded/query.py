"""Queries: reads candles and trades from their tables, in parts that fit into memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl
import pyarrow as pa
from pyiceberg.table import Table

from engines.arrow import arrow_schema, streamed
from engines.base import CandleQuery, TradeQuery, WindowQuery
from engines.domain.candle import CANDLE_KEY, CANDLE_KEY_BY_TIME, SERIES
from engines.domain.interval import Interval, Intervals
from engines.domain.portions import Portion, series_portions, time_portions
from engines.domain.requests import Query
from engines.embedded.candles import read_candles, to_arrow, to_frame
from engines.embedded.merged import MergedFrames, merged_columns
from engines.embedded.reader import Reader
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.schema import columns_of
from engines.refresh.source import Source
from engines.work import Merging, Rows, TradeRows, current_rows

_START = CANDLE_KEY[-1]


def candles(reader: Reader, table: Table, query: CandleQuery) -> pa.RecordBatchReader:
    """Read the candles that a query asks for, with the columns of the table and in its sort order."""
    columns, name = to_frame(columns_of(table).empty_table()), ".".join(table.name())
    with catalog_errors(f"manifests of {name}"):
        rows = current_rows(table, _START)
    found = () if rows is None else _in_order(_StoredFrames(reader, rows, query, columns), query, reader)
    return _streamed(columns, found, f"read {name}")


def merged(reader: Reader, work: Merging) -> pa.RecordBatchReader:
    """Read the candles that an order asks for, merged from stored ones."""
    columns = merged_columns(work)
    found = MergedFrames(reader, work, _wanted(work.query), columns)
    return _streamed(columns, _in_order(found, work.query, reader), "read candles")


def _in_order(candles: "_Frames", query: CandleQuery | WindowQuery, reader: Reader) -> Iterator[pl.DataFrame]:
    return _Sorted(candles, query, reader.config.limits.read).frames()


def trades(reader: Reader, source: Source, query: TradeQuery) -> pa.RecordBatchReader:
    """Read the trades that a query asks for, including duplicates and invalid trades, in any order.

    Args:
        reader: The engine's reader.
        source: The source table.
        query: The query.
    """
    nothing, rows = pl.DataFrame(arrow_schema(query.columns, source.scale).empty_table()), source.rows
    found = () if rows is None else _trades(reader, rows, query, nothing.schema)
    return _streamed(nothing, found, f"read {'.'.join(source.table.name())}")


def _streamed(columns: pl.DataFrame, frames: Iterable[pl.DataFrame], doing: str) -> pa.RecordBatchReader:
    def tables() -> Iterator[pa.Table]:
        with catalog_errors(doing):
            yield from map(to_arrow, frames)

    return streamed(to_arrow(columns).schema, tables())


class _Frames(Protocol):
    """Candles to be read in parts.

    Attributes:
        columns: An empty frame with the columns of the result, in its order.
    """

    @property
    def columns(self) -> pl.DataFrame: ...

    def times(self, most_rows: int) -> tuple[Interval, ...]:
        """The times of the candles, in parts that fit into memory: oldest first, without gaps or overlaps."""

    def read(self, time: Interval, names: Sequence[str] | None = None) -> pl.DataFrame:
        """The candles that start in one of these times, with the columns of these names, in any order."""


@dataclass(frozen=True, slots=True)
class _StoredFrames:
    """The candles of one table that a query asks for, see `_Frames`."""

    reader: Reader
    rows: Rows
    query: CandleQuery
    columns: pl.DataFrame

    def times(self, most_rows: int) -> tuple[Interval, ...]:
        return time_portions(self.rows.files, self.query.span, most_rows)

    def read(self, time: Interval, names: Sequence[str] | None = None) -> pl.DataFrame:
        found = read_candles(self.reader, self.rows, Intervals((time,)), names).filter(_wanted(self.query))
        schema = self.columns.select(names or pl.all()).schema
        return found.select(schema.names()).cast(schema)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Candles in the order of their series and times.

    Attributes:
        candles: Reads the candles.
        query: How many of the newest are wanted, and in which order.
        most: Number of rows that fit into memory.
    """

    candles: _Frames
    query: CandleQuery | WindowQuery
    most: int

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the candles in the order that the query asks for; of more than its limit, those of the newest windows.

        A file has rows of many series. So the table is read once to count the rows of each series, and then once for
        each group of series whose rows fit into memory together; if all rows fit, it is read only once.
        """
        times = self.candles.times(self.most)
        if self.query.limit is not None:
            yield self._newest(times, self.query.limit)
        elif len(times) <= 1 or self.query.by_time:
            yield from (_sorted(self.candles.read(time), self.query) for time in times)
        else:
            for portion in series_portions(self._counted(times), self.most):
                yield from self._portion(portion, times, together=portion.rows <= self.most)

    def _newest(self, times: tuple[Interval, ...], limit: int) -> pl.DataFrame:
        found = self.candles.columns
        for time in reversed(times):
            found = pl.concat([found, self.candles.read(time)])
            if found.height >= limit:
                break
        newest_first = found.sort(_START, *SERIES, descending=[True, False, False])
        return _sorted(newest_first.head(limit), self.query)

    def _counted(self, times: tuple[Interval, ...]) -> Iterator[tuple[tuple[str | None, str | None], int]]:
        """Count the rows of each series; the series are in the table's order."""
        counts = [self.candles.read(time, CANDLE_KEY).group_by(SERIES).len() for time in times]
        rows = pl.concat(counts).group_by(SERIES).agg(pl.col("len").sum()).sort(SERIES).rows()
        return (((exchange, symbol), count) for exchange, symbol, count in rows)

    def _portion(self, portion: Portion, times: tuple[Interval, ...], *, together: bool) -> Iterator[pl.DataFrame]:
        """Yield the sorted rows of a portion: in one frame, or in order of time if they do not fit into memory."""
        series = pl.DataFrame(portion.series, schema=dict.fromkeys(SERIES, pl.String), orient="row")
        frames = (self.candles.read(time).join(series, on=SERIES, how="semi", nulls_equal=True) for time in times)
        yield from (frame.sort(CANDLE_KEY) for frame in ([pl.concat(frames)] if together else frames))


def _trades(reader: Reader, source: TradeRows, query: TradeQuery, schema: pl.Schema) -> Iterator[pl.DataFrame]:
    """Yield the trades in parts, or at once if trades without a time may match: only a full read finds these."""
    times = time_portions(source.files, query.span, reader.config.limits.read)
    required = source.table.schema().find_field(source.reading.time.column).required
    timed = query.bounded or (required and not any(file.timeless for file in source.files))
    everything = [None] if source.files else []
    for intervals in [Intervals((time,)) for time in times] if timed else everything:
        found = to_frame(reader.rows(source, EVENT_TIME, intervals, schema.names())).filter(_wanted(query))
        yield found.select(
            pl.col(name).cast(dtype) if name in found.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in schema.items()
        )


def _sorted(frame: pl.DataFrame, query: CandleQuery | WindowQuery) -> pl.DataFrame:
    """The candles in the order that a query asks for.

    Files are in the order of series: of candles that still are, only the times are compared, a third of the work.
    """
    if not query.by_time:
        return frame.sort(CANDLE_KEY)
    if frame.select(pl.struct(SERIES)).to_series().is_sorted():
        return frame.sort(_START, maintain_order=True)
    return frame.sort(CANDLE_KEY_BY_TIME)


def _wanted(query: Query) -> pl.Expr:
    named = (("exchange", query.exchange), ("symbol", query.symbol))
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name) == value for name, value in named if value is not None))

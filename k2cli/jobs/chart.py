"""`k2 ohlcv chart`: the candles of one series, to be drawn or as a page."""

from collections.abc import Iterator
from pathlib import Path, PurePath

import pyarrow as pa

from engines.base import CandleQuery
from engines.domain.interval import Interval
from engines.domain.timeframe import D1, DAY
from engines.errors import UsageError
from engines.lake import Lake
from k2cli.export import StagedFile
from k2cli.jobs.absence import absence
from k2cli.jobs.candles import AnyQuery, read_candles
from k2cli.rendering.html_chart import PageTitle, page
from k2cli.reports import CandleRows, ChartPage, ChartReport


def chart(
    lake: Lake,
    query: AnyQuery,
    *,
    now: int,
    newest: bool = False,
    ascii_only: bool = False,
    allow_empty: bool = False,
) -> ChartReport:
    """Start to read the candles of one series; the rest is read while the rows of the report are iterated.

    Args:
        lake: The lake to read from.
        query: Which candles to read.
        now: The time of the run, microseconds.
        newest: Whether the newest candles that there is room for will do.
        ascii_only: Whether to draw with plain characters.
        allow_empty: Accept an empty result without a warning or an error.

    Raises:
        TableMissing: The table does not exist.
        UsageError: There are candles of several series, or the table has none of that exchange or symbol.
    """
    found = read_candles(lake, query)
    nothing = None if allow_empty or not found.candles.none else absence(lake, query, now=now)
    series = _Series(found.candles)
    return ChartReport(
        table=found.table,
        timeframe=found.timeframe,
        merged_from=found.merged_from,
        exchange=series.exchange,
        symbol=series.symbol,
        snapshot_id=found.snapshot_id,
        newest=newest,
        ascii=ascii_only,
        candles=CandleRows(pa.RecordBatchReader.from_batches(found.candles.schema, iter(series))),
        notes=found.notes,
        warning=nothing,
    )


def chart_page(lake: Lake, query: AnyQuery, path: Path, *, force: bool, run_id: str, now: int) -> ChartReport:
    """Write the candles of one series as a page; the file is there when it is whole.

    Args:
        lake: The lake to read from.
        query: Which candles to read.
        path: The file to write.
        force: Whether a file that stands there may be replaced.
        run_id: Identity of the run.
        now: The time of the run, microseconds.

    Raises:
        Refused: There is such a file.
        TableMissing: The table does not exist.
        UsageError: There are no candles, or of several series; or there can be no such file.
        Unavailable: No space is left, or the device fails.
    """
    place = _new_file(path, run_id=run_id, force=force)
    found = read_candles(lake, query)
    if found.candles.none:
        nothing = absence(lake, query, now=now)
        raise UsageError(nothing.message, hint=nothing.hint)
    series = _Series(found.candles)
    title = PageTitle(
        exchange=series.exchange,
        symbol=series.symbol,
        timeframe=found.timeframe,
        dates=_are_days(query),
        table=found.table or f"merged from {', '.join(map(str, found.merged_from))}",
        snapshot_id=found.snapshot_id,
        committed=found.committed,
    )
    try:
        with place.opened(PurePath(path.name)) as file:
            for part in page(title, series):
                file.write(part.encode())
        place.finish()
    finally:
        place.discard()
    return ChartReport(
        table=found.table,
        timeframe=found.timeframe,
        merged_from=found.merged_from,
        exchange=series.exchange,
        symbol=series.symbol,
        snapshot_id=found.snapshot_id,
        page=ChartPage(path=str(path), candles=series.rows, bytes=file.bytes),
        candles=(),
        notes=found.notes,
    )


def _are_days(query: AnyQuery) -> bool:
    """Whether each window begins at midnight, UTC, so that dates name them."""
    if isinstance(query, CandleQuery):
        return query.timeframe.duration % DAY == 0
    return query.windows.nests(D1, Interval(0, 1))


def _new_file(path: Path, *, run_id: str, force: bool) -> StagedFile:
    """The file of a page, which is refused before anything is read where there can be none."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder", hint="name a file in it")
    return StagedFile(path, run_id=run_id, force=force)


class _Series:
    """The batches of candles, all of one series.

    Attributes:
        exchange: Exchange of the series; empty if there are no candles.
        symbol: Symbol of the series; empty if there are no candles.
        rows: Number of candles that were iterated.
    """

    def __init__(self, candles: CandleRows) -> None:
        self._batches = candles.batches
        self._first = next(self._batches, None)
        self.exchange, self.symbol = ("", "") if self._first is None else _names(self._first, 0)
        self.rows = 0
        if self._first is not None:
            self._check(self._first)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        batch = self._first
        while batch is not None:
            self._check(batch)
            self.rows += batch.num_rows
            yield batch
            batch = next(self._batches, None)

    def _check(self, batch: pa.RecordBatch) -> None:
        """Refuse another series; rows are sorted by series, so the last of a batch tells."""
        other = _names(batch, batch.num_rows - 1)
        if other != (self.exchange, self.symbol):
            raise UsageError(
                "a chart shows one series, and these are several: "
                f"{self.symbol} on {self.exchange}, {other[1]} on {other[0]} …",
                hint="say which: --symbol and --exchange",
            )


def _names(batch: pa.RecordBatch, row: int) -> tuple[str, str]:
    return str(batch["exchange"][row]), str(batch["symbol"][row])

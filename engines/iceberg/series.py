"""The series of a candle table, read from its key columns with PyIceberg, whatever the engine."""

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import EqualTo, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.table import DataScan, Table

from engines.domain.candle import CANDLE_KEY
from engines.domain.series import Series
from engines.domain.timeframe import Timeframe, to_datetime
from engines.iceberg.catalog import Tables
from engines.iceberg.diagnosis import reading_head
from engines.iceberg.files import live_files, spans

_NEWEST = 1_000_000
"""Number of the newest candles among which series are looked for before all are read."""


def series_of(
    tables: Tables,
    timeframe: Timeframe,
    *,
    exchange: str | None = None,
    symbol: str | None = None,
    most_rows: int | None = None,
) -> tuple[Series, ...]:
    """The series of a candle table, sorted by exchange and symbol; takes the memory of a few files.

    Args:
        tables: The tables of the catalog.
        timeframe: The timeframe of the candle table.
        exchange: Only series of this exchange.
        symbol: Only series of this symbol.
        most_rows: Read only about this many of the newest candles: a series that ended before them is not found, and
            one that began before them appears to begin later.

    Raises:
        TableMissing: The table does not exist.
    """
    table = tables.target(timeframe)
    with reading_head(table):
        scan = table.scan(selected_fields=CANDLE_KEY)
        for name, value in (("exchange", exchange), ("symbol", symbol)):
            scan = scan if value is None else scan.filter(EqualTo(term=Reference(name), value=literal(value)))
        return _series(scan if most_rows is None else _newest(table, scan, most_rows))


def series_that_end(table: Table, cutoff: int) -> tuple[Series, ...]:
    """The series whose candles all start before an instant (microseconds), sorted by exchange and symbol.

    Series are first looked for among the newest candles, where those that go on usually are.
    """
    before, since = (f"window_start {sign} '{to_datetime(cutoff).isoformat()}'" for sign in ("<", ">="))
    scan = table.scan(selected_fields=CANDLE_KEY)
    with reading_head(table):
        old = _series(scan.filter(before))
        for later in (_newest(table, scan, _NEWEST).filter(since), scan.filter(since)):
            if not old:
                break
            going_on = {(series.exchange, series.symbol) for series in _series(later)}
            old = tuple(series for series in old if (series.exchange, series.symbol) not in going_on)
    return old


def _newest(table: Table, scan: DataScan, most_rows: int) -> DataScan:
    """The scan, limited to about the newest `most_rows` candles by the times of the data files."""
    since, rows = None, 0
    files = spans(table, live_files(table, table.current_snapshot()), "window_start")
    for file in sorted(files, key=lambda file: file.interval.start, reverse=True):
        if since is not None and rows + file.rows > most_rows:
            break
        since, rows = file.interval.start, rows + file.rows
    return scan if since is None else scan.filter(f"window_start >= '{to_datetime(since).isoformat()}'")


def _series(scan: DataScan) -> tuple[Series, ...]:
    spanned = dict[tuple[str, str], tuple[int, int]]()
    for batch in scan.to_arrow_batch_reader():
        starts = pc.cast(batch["window_start"], pa.int64())
        rows = pa.table({"exchange": batch["exchange"], "symbol": batch["symbol"], "start": starts})
        spans_of_series = rows.group_by(["exchange", "symbol"]).aggregate([("start", "min"), ("start", "max")])
        for row in spans_of_series.to_pylist():
            key, first, last = (row["exchange"], row["symbol"]), row["start_min"], row["start_max"]
            known_first, known_last = spanned.get(key, (first, last))
            spanned[key] = min(first, known_first), max(last, known_last)
    return tuple(sorted(Series(*key, *span) for key, span in spanned.items()))

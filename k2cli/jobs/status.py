"""`k2 ohlcv status`: how far each table is, from metadata alone."""

from engines.base import Engine
from engines.domain.results import TableStatus
from engines.domain.timeframe import SECOND
from engines.errors import TableMissing
from k2cli.clock import Clock, calendar_time
from k2cli.reports import StatusOfTable, StatusReport


def status(engine: Engine, clock: Clock) -> StatusReport:
    """Look at the source and the candle tables.

    Raises:
        TableMissing: There is not one candle table; a single missing one is only told in the report.
    """
    now = clock()
    tables = engine.status(now=now)
    candles = [table for table in tables if table.timeframe is not None]
    if not any(table.exists for table in candles):
        raise TableMissing(candles[0].table)
    return StatusReport(now=calendar_time(now), tables=tuple(map(_status_of, tables)))


def _status_of(table: TableStatus) -> StatusOfTable:
    lag = table.lag_microseconds
    return StatusOfTable(
        table=table.table,
        timeframe=table.timeframe,
        exists=table.exists,
        rows=table.rows,
        first=None if table.first is None else calendar_time(table.first),
        last=None if table.last is None else calendar_time(table.last),
        source_snapshot_id=table.source_snapshot_id,
        closed_until=None if table.closed_until is None else calendar_time(table.closed_until),
        fence=None if table.fence is None else calendar_time(table.fence),
        up_to_date=table.up_to_date,
        lag_trades=table.lag_trades,
        lag_seconds=None if lag is None else lag / SECOND,
        snapshots=table.snapshots,
        files=table.files,
        bytes=table.bytes,
    )

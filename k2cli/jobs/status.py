"""`k2 ohlcv status`: how far each table is up to date, from metadata alone."""

from collections.abc import Mapping

from engines.domain.results import TableStatus
from engines.domain.timeframe import SECOND, Timeframe
from engines.errors import TableMissing, UsageError
from engines.lake import Lake
from k2cli.exit_codes import ExitCode
from k2cli.language.durations import parse_optional_duration
from k2cli.language.times import Clock, calendar_time
from k2cli.reports import StatusOfTable, StatusReport
from k2cli.settings import Settings

FROM_SETTINGS = "settings"
"""Value of `--max-lag` that means the limits in the settings."""


def status(
    lake: Lake, clock: Clock, limits: Mapping[Timeframe, int] | None = None, *, lateness_fails: bool = False
) -> StatusReport:
    """Return the state of the source table and the candle tables.

    Args:
        lake: The lake whose tables are read.
        clock: The clock of the run, from which the lag is measured.
        limits: Maximum lag of each table in microseconds; a table without one is never late.
        lateness_fails: Whether a late table makes the exit code 3.

    Raises:
        TableMissing: No candle table exists; if only some are missing, the report says so.
    """
    now = clock()
    tables = lake.status(now=now)
    candles = [table for table in tables if table.timeframe is not None]
    if not any(table.exists for table in candles):
        raise TableMissing(candles[0].table)
    waiting = any(table.timeframe is None and table.rows for table in tables)
    found = tuple(_status_of(table, limits or {}, waiting=waiting) for table in tables)
    late = lateness_fails and any(table.late for table in found)
    return StatusReport(
        exit_code=ExitCode.VALIDATION_FAILED if late else ExitCode.OK, now=calendar_time(now), tables=found
    )


def lag_limits(text: str | None, settings: Settings) -> dict[Timeframe, int]:
    """Return the maximum lag of each table in microseconds, from `--max-lag` or from the settings.

    Args:
        text: Value of `--max-lag`: a duration for all tables, or ``settings`` for the limits of the settings; None: the
            limits of the settings too.
        settings: The settings.

    Raises:
        UsageError: The text is not a duration, or it is ``settings`` and no table has a limit there.
    """
    if text in (None, FROM_SETTINGS):
        limits = settings.lags()
        if text and not limits:
            raise UsageError(f"--max-lag {text}: the settings hold no limit", hint='for instance [lag] 1m = "15m"')
        return limits
    limit = parse_optional_duration(text, option="--max-lag")
    return {} if limit is None else dict.fromkeys(settings.tables.timeframes, limit)


def _status_of(table: TableStatus, limits: Mapping[Timeframe, int], *, waiting: bool) -> StatusOfTable:
    lag = table.lag_microseconds
    most = None if table.timeframe is None else limits.get(table.timeframe)
    return StatusOfTable(
        table=table.table,
        timeframe=table.timeframe,
        exists=table.exists,
        rows=table.rows,
        first=calendar_time(table.first),
        last=calendar_time(table.last),
        source_snapshot_id=table.source_snapshot_id,
        closed_until=calendar_time(table.closed_until),
        fence=calendar_time(table.fence),
        trades_before=table.trades_before,
        others=table.others,
        up_to_date=table.up_to_date,
        lag_trades=table.lag_trades,
        lag_seconds=None if lag is None else lag / SECOND,
        snapshots=table.snapshots,
        files=table.files,
        bytes=table.bytes,
        metadata_bytes=table.metadata_bytes,
        max_lag_seconds=None if most is None else most / SECOND,
        late=None if most is None else lag > most if lag is not None else waiting,
    )

"""`k2 ohlcv restore`: make frozen candles again from the trades, or go back to an older state of the tables."""

from engines.base import Observer, RefreshRequest
from engines.domain.results import Status, TableRefresh, TableStatus
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import ReturnRequest, TableReturn, UpkeepStatus
from engines.errors import UsageError
from engines.lake import Lake
from k2cli.language.times import calendar_time
from k2cli.reports import RestoredTable, RestoreReport
from k2cli.settings import Settings

_STATUS = {
    Status.UPDATED: UpkeepStatus.DONE,
    Status.UP_TO_DATE: UpkeepStatus.DONE,
    Status.PLANNED: UpkeepStatus.PLANNED,
    Status.FAILED: UpkeepStatus.FAILED,
}


def refuse_contradiction(timeframes: tuple[Timeframe, ...], snapshot: str | None, before: int | None) -> None:
    """Raise UsageError where it is not clear which state is meant."""
    if snapshot is not None and before is not None:
        raise UsageError("--snapshot and --before both name a state", hint="leave one of them out")
    if snapshot is not None and len(timeframes) > 1:
        raise UsageError("a snapshot is one of one table", hint="name one timeframe, or use --before")


def request(
    settings: Settings, timeframes: tuple[Timeframe, ...], *, now: int, run_id: str, dry_run: bool
) -> RefreshRequest:
    """Return the request to make everything again that the trades give, frozen or not, damaged or not."""
    return RefreshRequest(
        timeframes=timeframes,
        now=now,
        run_id=run_id,
        grace=settings.grace,
        removed=settings.trades.removed,
        lift=True,
        dry_run=dry_run,
    )


def make_again(lake: Lake, wanted: RefreshRequest, observer: Observer) -> RestoreReport:
    """Lift the fence of candle tables and make their candles again, as far as there are trades."""
    refresh = lake.aggregate(wanted, observer)
    trades = next((table for table in lake.status(now=wanted.now) if table.timeframe is None), None)
    return RestoreReport(
        exit_code=refresh.exit_code,
        now=calendar_time(wanted.now),
        dry_run=wanted.dry_run,
        older=False,
        tables=tuple(_made(table, trades) for table in refresh.tables),
    )


def go_back(lake: Lake, wanted: ReturnRequest, observer: Observer, *, now: int) -> RestoreReport:
    """Make an older state of candle tables current again."""
    outcome = lake.go_back(wanted, observer)
    return RestoreReport(
        exit_code=outcome.exit_code,
        now=calendar_time(now),
        dry_run=wanted.dry_run,
        older=True,
        tables=tuple(map(_returned, outcome.tables)),
    )


def _made(table: TableRefresh, trades: TableStatus | None) -> RestoredTable:
    first = None if trades is None else trades.first
    return RestoredTable(
        table=table.table,
        timeframe=table.timeframe,
        status=_STATUS[table.status],
        fence_before=calendar_time(table.fence_before),
        fence=calendar_time(table.frozen_until),
        trades_from=calendar_time(first),
        candles_written=table.candles_written,
        candles_removed=table.candles_removed,
        snapshot_id=table.snapshot_id,
        mended=table.mended,
        error=str(table.failure or ""),
        failure=table.failure,
    )


def _returned(table: TableReturn) -> RestoredTable:
    return RestoredTable(
        table=table.table,
        timeframe=table.timeframe,
        status=table.status,
        fence_before=calendar_time(table.fence_left),
        fence=calendar_time(table.fence),
        snapshot_before=table.left,
        snapshot_id=table.snapshot_id,
        committed=calendar_time(table.committed),
        error=str(table.failure or ""),
        failure=table.failure,
    )

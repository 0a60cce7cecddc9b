"""`k2 ohlcv prune`: drop old candles, then expire snapshots and delete files that nothing refers to any more."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engines.base import Observer
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import TablePrune, TradesPrune, UpkeepStatus
from engines.lake import Lake
from k2cli.language.times import calendar_time
from k2cli.reports import PrunedTable, PruneReport
from k2cli.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Options of a run; `PruneRequest` explains the fields. With both only's, or none, candles and snapshots go."""

    only_candles: bool = False
    only_snapshots: bool = False
    orphans: bool = False
    most: bool = False
    spare: bool = False
    force: bool = False


def request(
    settings: Settings, timeframes: tuple[Timeframe, ...], older_than: int | None, mode: Mode, *, now: int, run_id: str
) -> PruneRequest:
    """Return the prune request of a run.

    Args:
        settings: Settings that hold the retention of candles and of snapshots.
        timeframes: Timeframes of the tables to prune.
        older_than: Retention in microseconds that replaces the one in the settings for every table; None: the settings.
        mode: Options of the run.
        now: The time of the run, microseconds, from which ages are counted.
        run_id: Identity of the run.
    """
    own = settings.retentions()
    return PruneRequest(
        timeframes=timeframes,
        now=now,
        run_id=run_id,
        retention=own if older_than is None else dict.fromkeys(timeframes, older_than),
        keep_snapshots=settings.snapshots.keep,
        keep_age=settings.snapshots.keep_age,
        candles=mode.only_candles or not mode.only_snapshots,
        snapshots=mode.only_snapshots or not mode.only_candles,
        orphans=mode.orphans,
        most=mode.most,
        spare=mode.spare,
        force=mode.force,
    )


def plan(lake: Lake, request: PruneRequest, observer: Observer) -> PruneReport:
    """Return the report of what `prune` would do, and do nothing."""
    return prune(lake, replace(request, dry_run=True), observer)


def nothing_done(plan: PruneReport) -> PruneReport:
    """Turn an empty plan into the report of a run that had nothing to do."""
    return replace(plan, dry_run=False)


def prune(lake: Lake, request: PruneRequest, observer: Observer) -> PruneReport:
    """Prune the tables, or only plan it if the request is a dry run."""
    outcome = lake.prune(request, observer)
    return PruneReport(
        exit_code=outcome.exit_code,
        now=calendar_time(request.now),
        dry_run=request.dry_run,
        tables=(*map(_pruned, outcome.tables), *_trades(outcome.trades)),
    )


def _trades(trades: TradesPrune | None) -> Iterator[PrunedTable]:
    """The row of the table of trades; none where nothing is to be said of it."""
    if trades is not None and trades.status is not UpkeepStatus.NOTHING:
        yield PrunedTable(
            table=trades.table,
            timeframe=None,
            status=trades.status,
            snapshots_expired=trades.snapshots_expired,
            files_deleted=trades.files_deleted,
            bytes_freed=trades.bytes_freed,
            orphans_deleted=trades.orphans_deleted,
            orphan_bytes=trades.orphan_bytes,
            versions=trades.versions,
            error=str(trades.failure or ""),
            failure=trades.failure,
        )


def _pruned(table: TablePrune) -> PrunedTable:
    return PrunedTable(
        table=table.table,
        timeframe=table.timeframe,
        status=table.status,
        cutoff=calendar_time(table.cutoff),
        partitions=table.partitions,
        rows=table.rows,
        held=table.held,
        first=None if table.span is None else calendar_time(table.span.start),
        until=None if table.span is None else calendar_time(table.span.end),
        files=table.files,
        bytes=table.bytes,
        branches_dropped=table.branches_dropped,
        snapshots_expired=table.snapshots_expired,
        files_deleted=table.files_deleted,
        bytes_freed=table.bytes_freed,
        orphans_deleted=table.orphans_deleted,
        orphan_bytes=table.orphan_bytes,
        spared=table.spared,
        excess=table.excess,
        versions=table.versions,
        error=str(table.failure or ""),
        failure=table.failure,
    )

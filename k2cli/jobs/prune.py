"""`k2 ohlcv prune`: old candles go, then what nothing reaches any more."""

from dataclasses import dataclass, replace

from engines.base import Observer
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import TablePrune
from engines.lake import Lake
from k2cli.language.times import calendar_time
from k2cli.reports import PrunedTable, PruneReport
from k2cli.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How a run goes about it; `PruneRequest` explains the fields."""

    orphans: bool = False
    force: bool = False


def request(
    settings: Settings, timeframes: tuple[Timeframe, ...], older_than: int | None, mode: Mode, *, now: int, run_id: str
) -> PruneRequest:
    """What the engine is asked for.

    Args:
        settings: Retention, and which snapshots are kept.
        timeframes: The tables.
        older_than: Microseconds, in place of the retention of every table asked for.
        mode: How.
        now: What is old is told from here.
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
        orphans=mode.orphans,
        force=mode.force,
    )


def plan(lake: Lake, request: PruneRequest, observer: Observer) -> PruneReport:
    """What `prune` would do."""
    return prune(lake, replace(request, dry_run=True), observer)


def nothing_done(plan: PruneReport) -> PruneReport:
    """The report of a run whose plan was empty."""
    return replace(plan, dry_run=False)


def prune(lake: Lake, request: PruneRequest, observer: Observer) -> PruneReport:
    """Prune, or with ``dry_run`` only plan."""
    outcome = lake.prune(request, observer)
    return PruneReport(
        exit_code=outcome.exit_code,
        now=calendar_time(request.now),
        dry_run=request.dry_run,
        tables=tuple(map(_pruned, outcome.tables)),
    )


def _pruned(table: TablePrune) -> PrunedTable:
    return PrunedTable(
        table=table.table,
        timeframe=table.timeframe,
        status=table.status,
        cutoff=None if table.cutoff is None else calendar_time(table.cutoff),
        partitions=table.partitions,
        rows=table.rows,
        files=table.files,
        bytes=table.bytes,
        branches_dropped=table.branches_dropped,
        snapshots_expired=table.snapshots_expired,
        files_deleted=table.files_deleted,
        bytes_freed=table.bytes_freed,
        orphans_deleted=table.orphans_deleted,
        orphan_bytes=table.orphan_bytes,
        error=str(table.failure or ""),
        failure=table.failure,
    )

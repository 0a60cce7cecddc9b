"""Refresh of one table: reads its state, plans, refuses what needs consent, and has the engine rebuild."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.batches import units_to_rewrite
from engines.domain.changes import Change, FileSpan, SourceChanges, occupied, rows_from_before, timeless_rows
from engines.domain.interval import Intervals
from engines.domain.plan import TablePlan, TableState, plan_table
from engines.domain.reading import changed, recorded_words
from engines.domain.requests import Observer, OthersChanges, RefreshRequest
from engines.domain.results import Origin, SnapshotChange, Status, TableRefresh, rejections
from engines.domain.timeframe import FINEST, Timeframe
from engines.errors import Refused
from engines.faults import Point, passing
from engines.iceberg.branches import drop_stale_branches, stale_branches
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.changes import source_changes
from engines.iceberg.files import live_files, spans
from engines.iceberg.others import changes_by_others
from engines.iceberg.publication import publish_watermark
from engines.iceberg.scale import candle_scale
from engines.iceberg.state import TargetState, remade_column, target_state
from engines.refresh.mend import Mender
from engines.refresh.source import Source
from engines.refusals import changed_by_others, emptied
from engines.work import Held, Rebuild, Rows


@dataclass
class Run:
    """State that all tables of one run share.

    Attributes:
        engine: Does the work on rows.
        request: The request of the run.
        observer: Receives progress.
        source: The pinned source; pinned again after a conflict, or if a table is already made from a newer snapshot.
        mender: Mends tables whose files are missing or damaged.
        open_done: Whether this run has brought the finest table up to date, including its open windows.
        from_candles: Whether coarser candles may be made of the finest ones: not where these cannot be read.
        finest_held: Candles that this run has written into the finest table, if they are few.
        finest_files: The files of snapshots of the finest table, which all other tables ask for.
    """

    engine: Engine
    request: RefreshRequest
    observer: Observer
    source: Source
    mender: Mender
    open_done: bool = False
    from_candles: bool = True
    finest_held: Held | None = None
    finest_files: dict[int, tuple[FileSpan, ...]] = field(default_factory=dict)

    def pin(self) -> Source:
        """Pin the source at its current head."""
        return Source(self.engine.tables, self.source.scale, self.engine.abilities)


def refresh_table(run: Run, timeframe: Timeframe) -> TableRefresh:
    """Bring one table up to date; with `dry_run`, only return what would be done.

    Raises:
        Refused: Trades were removed, or a full rebuild is needed, and the request does not allow it.
        Conflict: Somebody else committed to the table meanwhile.
    """
    found = target_state(_tidied(run, timeframe))
    _keep_up(run, found)
    target = _without_fence(found) if run.request.lift else found
    with catalog_errors("manifests"):
        candles = tuple(spans(target.table, live_files(target.table, target.head), "window_start"))
        changes, others = _changes(run, target), changes_by_others(target)
    state = _state(target, occupied(candles), others)
    plan = plan_table(timeframe, run.request, state=state, changes=changes, files=run.source.files)
    name = run.engine.tables.names.target(timeframe)
    _refuse(run.request, plan, others, name)
    touched = Intervals.of(units_to_rewrite(timeframe, plan.intervals, candles)[0])
    result = TableRefresh(
        table=name,
        timeframe=timeframe,
        status=Status.UP_TO_DATE,
        reason=plan.reason,
        intervals=plan.intervals,
        windows=plan.windows,
        changes=tuple(map(SnapshotChange.of, changes.changes)),
        others=tuple(map(SnapshotChange.of, others)),
        beyond_mending=plan.beyond_mending,
        candles_replaced=sum(f.rows for f in candles if touched.overlaps(f.interval.start, f.interval.end)),
        frozen=plan.frozen,
        frozen_until=plan.frozen_until,
        trades_before=rows_from_before(run.source.files, plan.frozen_until),
        fence_before=found.fence,
        snapshot_id=None if target.head is None else target.head.snapshot_id,
        source_snapshot_id=run.source.mark(plan).source_snapshot_id,
    )
    if plan.idle:
        return result
    if run.request.dry_run:
        return _planned(run, plan, result)
    _announce(run, plan, name, known=target.watermark is not None or bool(candles))
    left_out = timeless_rows(run.source.files if plan.rebuild else changes.added)
    return _rebuilt(run, target, plan, replace(result, rejected=rejections(left_out)))


def _state(target: TargetState, candles: Intervals, others: tuple[Change, ...]) -> TableState:
    """The state of a table as a plan needs it."""
    return TableState(
        watermark=target.watermark,
        fence=target.fence,
        candles=candles,
        ours=target.source_uuid is not None,
        others=others,
    )


def _without_fence(target: TargetState) -> TargetState:
    """The state of a table as if it were one of others: what the trades do not give stays as it is."""
    return replace(target, watermark=None, marked=None, fence=None, source_uuid=None)


def _announce(run: Run, plan: TablePlan, name: str, *, known: bool) -> None:
    """Say that all candles of a table that has some are made anew, if nobody has asked for it."""
    if plan.rebuild and known and not (run.request.rebuild or run.request.lift):
        run.observer.said(f"{name}: full rebuild ({plan.rebuild})")


def _changes(run: Run, target: TargetState) -> SourceChanges:
    """The changes of the source since the table's watermark; all of it, if candles have lost a column meanwhile."""
    if run.request.lift:
        return SourceChanges(rebuild="the fence is lifted")
    source, column = run.source, remade_column(target)
    if column:
        return SourceChanges(rebuild=f"the column {column} of the candles was made anew")
    return source_changes(source.table, source.head, target.watermark, source.identity, source.reading)


def _tidied(run: Run, timeframe: Timeframe) -> Table:
    """The table, after stale branches of killed runs are dropped; a dry run drops none."""
    table = run.engine.tables.target(timeframe)
    if run.request.dry_run or not stale_branches(table):
        return table
    drop_stale_branches(run.engine.tables, run.engine.tables.names.target(timeframe))
    return run.engine.tables.target(timeframe)


def _keep_up(run: Run, target: TargetState) -> None:
    """Pin the source again if another run has made the table from a newer snapshot, so that it is never set back."""
    if target.watermark is None or run.source.knows(target.watermark.source_snapshot_id):
        return
    newer = run.pin()
    if newer.knows(target.watermark.source_snapshot_id):
        run.source = newer


def _refuse(request: RefreshRequest, plan: TablePlan, others: Sequence[Change], name: str) -> None:
    if others and request.others is OthersChanges.REFUSE:
        raise changed_by_others(name, others)
    if request.incremental_only and plan.rebuild:
        raise Refused(f"{name}: a full rebuild is needed ({plan.rebuild})", hint="run without --incremental-only")
    question = plan.removals.question(request.removed, request.removed_limit)
    if question is not None:
        raise emptied(name, plan.removals.emptied, question, limit=request.removed_limit)


def _planned(run: Run, plan: TablePlan, result: TableRefresh) -> TableRefresh:
    """The result of a dry run: what a run would read and replace."""
    finest_comes_first = plan.timeframe != FINEST and FINEST in run.request.timeframes
    origin, rows = _origin(run, plan)
    if finest_comes_first:
        # A real run updates the finest table first; which of its files will be read is not known yet.
        origin, rows = Origin.CANDLES, None
    files = rows.within(plan.intervals) if rows is not None and plan.intervals else []
    return replace(
        result,
        status=Status.PLANNED,
        origin=origin if plan.intervals else Origin.NONE,
        data_files_read=len(files),
        bytes_read=sum(file.bytes for file in files),
    )


def _rebuilt(run: Run, target: TargetState, plan: TablePlan, result: TableRefresh) -> TableRefresh:
    """Have the engine carry out the plan; if there is nothing to compute, only commit the watermark.

    The result so far counts the trades that no plan reads, for they have no time.
    """
    config = run.engine.config
    summary = run.source.mark(plan).summary(engine=run.engine.name, run_id=run.request.run_id, version=config.version)
    if not plan.intervals:
        return replace(result, snapshot_id=publish_watermark(run.engine.tables, target.table, summary))
    origin, rows = _origin(run, plan)
    run.observer.started(plan.timeframe.name, sum(file.rows for file in rows.within(plan.intervals)) if rows else 0)
    passing(Point.REFRESHING)
    rebuilt = run.engine.rebuild(
        Rebuild(
            plan=plan,
            target=target,
            origin=origin,
            rows=rows,
            trades=run.source.rows,
            removed=run.request.removed,
            removed_limit=run.request.removed_limit,
            now=run.request.now,
            summary=summary,
        ),
        run.observer,
    )
    if plan.timeframe == FINEST:
        run.finest_held = rebuilt.held
    touched = rebuilt.candles_written or rebuilt.candles_removed or result.others
    return replace(
        result,
        status=Status.UPDATED if touched else Status.UP_TO_DATE,
        origin=origin,
        snapshot_id=rebuilt.snapshot_id,
        candles_written=rebuilt.candles_written,
        candles_removed=rebuilt.candles_removed,
        trades_read=rebuilt.trades_read,
        duplicates=rebuilt.duplicates,
        rejected=rejections({}, *result.rejected, *rebuilt.rejected) if origin is Origin.TRADES else (),
        noted=rebuilt.noted,
        data_files_read=rebuilt.data_files_read,
        bytes_read=rebuilt.bytes_read,
        bytes_written=rebuilt.bytes_written,
    )


def _origin(run: Run, plan: TablePlan) -> tuple[Origin, Rows | None]:
    """What to compute from: the finest candles if they are of the same trades and cover the plan, else the trades."""
    if run.from_candles and plan.timeframe != FINEST and plan.intervals and run.source.head is not None:
        finest = _finest_rows(run, plan)
        if finest is not None:
            return Origin.CANDLES, finest
    return Origin.TRADES, run.source.rows_of(plan)


def _finest_rows(run: Run, plan: TablePlan) -> Rows | None:
    """The finest candles, if their watermark is at the run's source snapshot and they cover the plan; else None."""
    table = run.engine.tables.find(run.engine.tables.names.target(FINEST))
    state = None if table is None or candle_scale(table) != run.source.scale else target_state(table)
    if table is None or state is None or state.marked is None or state.watermark is None or remade_column(state):
        return None
    mark, wanted, span = state.watermark, run.source.mark(plan), plan.intervals.span
    same_trades = (mark.source_uuid, mark.source_snapshot_id, mark.algebra, recorded_words(mark.columns)) == (
        wanted.source_uuid,
        wanted.source_snapshot_id,
        wanted.algebra,
        plan.exact_words,
    ) and not changed(mark.columns, run.source.reading)
    reaches = run.open_done or mark.closed_until >= span.end
    whole = mark.fence is None or FINEST.ceil(mark.fence) <= span.start
    if not (same_trades and reaches and whole):
        return None
    snapshot_id = state.marked.snapshot_id
    if snapshot_id not in run.finest_files:
        run.finest_files[snapshot_id] = tuple(spans(table, live_files(table, state.marked), "window_start"))
    return Rows(table=table, snapshot_id=snapshot_id, files=run.finest_files[snapshot_id], held=run.finest_held)

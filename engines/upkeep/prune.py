"""`prune`: old candles go by a metadata-only commit that moves the fence; then what nothing reaches is deleted."""

from dataclasses import dataclass, replace

from pyiceberg.table import Table

from engines.domain.changes import occupied
from engines.domain.interval import Intervals
from engines.domain.requests import Observer
from engines.domain.retention import PrunePlan, PruneRequest, plan_prune
from engines.domain.timeframe import Timeframe, isoformat
from engines.domain.upkeep import Prune, TablePrune, UpkeepStatus
from engines.errors import K2Error, Refused
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_files, spans
from engines.iceberg.maintenance import delete_files, expirable_snapshots, expire, orphans, reachable
from engines.iceberg.publish import publish
from engines.iceberg.rows import Rows
from engines.iceberg.state import TargetState, target_state
from engines.retrying import told, with_retries
from engines.upkeep.marks import carried_summary
from engines.upkeep.work import Coverage, Keeper


def prune(keeper: Keeper, request: PruneRequest, observer: Observer) -> Prune:
    """Prune the tables asked for, finest first, so that a coarser one still covers what a finer one loses.

    Raises:
        TableMissing: A table is not there.
    """
    timeframes = sorted(set(request.timeframes), key=lambda timeframe: timeframe.duration)
    for timeframe in timeframes:
        keeper.lake.target(timeframe)
    results = []
    exit_code = 0
    for timeframe in timeframes:
        pruning = _Pruning(keeper, request, timeframe)
        try:
            results.append(with_retries(keeper.config.attempts, observer, pruning.run))
        except K2Error as error:
            exit_code = exit_code or error.exit_code
            name = keeper.lake.names.target(timeframe)
            failed = TablePrune(table=name, timeframe=timeframe, status=UpkeepStatus.FAILED, error=told(error))
            results.append(failed)
    return Prune(tables=tuple(results), exit_code=exit_code)


@dataclass(frozen=True, slots=True)
class _Pruning:
    """One table."""

    keeper: Keeper
    request: PruneRequest
    timeframe: Timeframe

    def run(self) -> TablePrune:
        name = self.keeper.lake.names.target(self.timeframe)
        with catalog_errors(f"prune {name}"):
            table = self.keeper.lake.target(self.timeframe)
            state = target_state(table)
            files = tuple(spans(table, live_files(table, state.head), "window_start"))
            retention = self.request.retention.get(self.timeframe)
            plan = plan_prune(self.timeframe, files, retention=retention, now=self.request.now)
            result = self._planned(name, state, plan)
            if plan is not None and plan.files and not self.request.force:
                self._refuse_uncovered(state, plan, name)
            if self.request.dry_run:
                return result
            return self._carry_out(state, plan, result)

    def _planned(self, name: str, state: TargetState, plan: PrunePlan | None) -> TablePrune:
        request = self.request
        expiring = expirable_snapshots(state, now=request.now, keep=request.keep_snapshots, keep_age=request.keep_age)
        lost = self._orphans(state.table)
        planned = TablePrune(
            table=name,
            timeframe=self.timeframe,
            status=UpkeepStatus.PLANNED if expiring or lost else UpkeepStatus.NOTHING,
            snapshots_expired=len(expiring),
            orphans_deleted=len(lost),
        )
        if plan is None:
            return planned
        return replace(
            planned,
            status=UpkeepStatus.PLANNED if plan.files else planned.status,
            cutoff=plan.cutoff,
            partitions=plan.partitions(self.timeframe),
            rows=plan.rows,
            files=len(plan.files),
            bytes=plan.bytes,
        )

    def _orphans(self, table: Table) -> list[str]:
        if not self.request.orphans:
            return []
        return orphans(table, older_than=self.request.now - self.request.orphan_age)

    def _carry_out(self, state: TargetState, plan: PrunePlan | None, result: TablePrune) -> TablePrune:
        before = reachable(state.table)
        if plan is not None and plan.files:
            self._drop(state, plan)
        # Looked at anew: the candles that have just gone are reached by the snapshots before, and these may expire.
        state = target_state(self.keeper.lake.target(self.timeframe))
        request = self.request
        expiring = expirable_snapshots(state, now=request.now, keep=request.keep_snapshots, keep_age=request.keep_age)
        expire(state.table, expiring)
        table = self.keeper.lake.target(self.timeframe)
        after = reachable(table)
        gone = [path for key, path in before.items() if key not in after]
        deleted, freed = delete_files(table.io, gone)
        lost, lost_bytes = delete_files(table.io, self._orphans(table))
        done = bool(result.files or expiring or deleted or lost)
        return replace(
            result,
            status=UpkeepStatus.DONE if done else UpkeepStatus.NOTHING,
            snapshots_expired=len(expiring),
            files_deleted=deleted,
            bytes_freed=freed,
            orphans_deleted=lost,
            orphan_bytes=lost_bytes,
        )

    def _drop(self, state: TargetState, plan: PrunePlan) -> None:
        """Take the files out of the table and move the fence, in one commit that reads none of them."""
        going = {file.path for file in plan.files}
        removed = [file for file in live_files(state.table, state.head) if file.file_path in going]
        fence = plan.cutoff if state.fence is None else max(plan.cutoff, state.fence)
        summary = carried_summary(
            state,
            fence=fence,
            engine=self.keeper.name,
            run_id=self.request.run_id,
            version=self.keeper.config.version,
        )
        publish(self.keeper.lake, state.table, removed=removed, writer=DataFileWriter(state.table), summary=summary)

    def _refuse_uncovered(self, state: TargetState, plan: PrunePlan, name: str) -> None:
        coarser = next((t for t in Timeframe if t.duration > self.timeframe.duration), None)
        if coarser is None or state.head is None:
            return
        table = self.keeper.lake.find(self.keeper.lake.names.target(coarser))
        other = None if table is None else target_state(table)
        rows = None
        if table is not None and other is not None and other.head is not None:
            held = tuple(spans(table, live_files(table, other.head), "window_start"))
            rows = Rows(table=table, snapshot_id=other.head.snapshot_id, files=held)
        intervals = occupied(plan.files).aligned(coarser) & Intervals.of([(-(2**63), plan.cutoff)])
        finer = Rows(table=state.table, snapshot_id=state.head.snapshot_id, files=plan.files)
        found = self.keeper.uncovered(Coverage(finer=finer, coarser=rows, timeframe=coarser, intervals=intervals))
        if found.windows:
            example = found.examples[0]
            raise Refused(
                f"{name}: {found.windows} windows of {coarser} do not hold the trades of the candles that would go, "
                f"the first one {example.exchange} {example.symbol} {isoformat(example.window_start or 0)}",
                hint=f"run k2 ohlcv aggregate {coarser} (or validate) first, or --force to lose them",
            )

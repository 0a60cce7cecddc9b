"""`prune`: drops old candles by a metadata-only commit that moves the fence, then deletes unreferenced files."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.requests import Observer
from engines.domain.retention import PrunePlan, PruneRequest, plan_prune
from engines.domain.upkeep import Prune, TablePrune, UpkeepStatus
from engines.errors import K2Error
from engines.faults import Point, passing
from engines.iceberg.branches import drop_stale_branches, stale_branches
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_files, spans
from engines.iceberg.maintenance import delete_files, expirable_snapshots, expire, orphans, reachable
from engines.iceberg.publication import publish
from engines.iceberg.state import TargetState, target_state
from engines.retrying import with_retries
from engines.upkeep.consent import excess, refuse_excess, refuse_uncovered
from engines.upkeep.marks import carried_summary
from engines.upkeep.prune_trades import prune_trades

_NOTHING = UpkeepStatus.NOTHING


def prune(engine: Engine, request: PruneRequest, observer: Observer) -> Prune:
    """Prune the tables of the request, finest first, so that a coarser one still covers what a finer one loses.

    A table that fails does not stop the others.

    Raises:
        TableMissing: A table does not exist.
    """
    timeframes = sorted(set(request.timeframes), key=lambda timeframe: timeframe.duration)
    for timeframe in timeframes:
        engine.tables.target(timeframe)
    results = []
    for timeframe in timeframes:
        name = engine.tables.names.target(timeframe)
        pruning = _Pruning(engine, request, observer, TablePrune(table=name, timeframe=timeframe, status=_NOTHING))
        try:
            pruning.run()
        except K2Error as error:
            pruning.result = replace(pruning.result, status=UpkeepStatus.FAILED, failure=error.failure)
        results.append(pruning.result)
    everything = request.snapshots and set(timeframes) == set(engine.tables.names.timeframes)
    return Prune(tables=tuple(results), trades=prune_trades(engine, request, observer) if everything else None)


@dataclass
class _Pruning:
    """Pruning of one table: drops candles in one commit, expires snapshots in another, then deletes unreferenced files.

    Each step is retried separately after a conflict. If a step fails, the result still tells what earlier ones did.

    Attributes:
        engine: Does the work on rows.
        request: The request of the run.
        observer: Receives messages on retries.
        result: The result so far.
        before: The files that were referenced before snapshots were expired: normalised path to path as stored.
    """

    engine: Engine
    request: PruneRequest
    observer: Observer
    result: TablePrune
    before: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        cleaning = () if self.request.dry_run or not self.request.snapshots else (self._expire, self._sweep)
        for step in (self._drop, *cleaning):
            with_retries(self.engine.config.attempts, self.observer, partial(self._translated, step))

    def _translated(self, step: Callable[[], None]) -> None:
        with catalog_errors(f"prune {self.result.table}"):
            step()

    def _target(self) -> TargetState:
        return target_state(self.engine.tables.target(self.result.timeframe))

    def _drop(self) -> None:
        """Plan, then drop the data files from the table and move the fence in one commit that does not read them."""
        state = self._target()
        files = live_files(state.table, state.head)
        retention = self.request.retention.get(self.result.timeframe) if self.request.candles else None
        plan = plan_prune(
            self.result.timeframe,
            tuple(spans(state.table, files, "window_start")),
            retention=retention,
            now=self.request.now,
        )
        self.result = self._planned(state, plan)
        if plan is None or not plan.files:
            return
        if not self.request.force:
            refuse_uncovered(self.engine, self.result, state, plan)
        if not (self.request.force or self.request.most):
            refuse_excess(self.result)
        if self.request.dry_run:
            return
        going = {file.path for file in plan.files}
        passing(Point.DROPPING)
        publish(
            self.engine.tables,
            removed=[file for file in files if file.file_path in going],
            writer=DataFileWriter(state.table),
            summary=carried_summary(
                state,
                fence=plan.cutoff if state.fence is None else max(plan.cutoff, state.fence),
                engine=self.engine.name,
                run_id=self.request.run_id,
                version=self.engine.config.version,
            ),
        )
        passing(Point.DROPPED)
        self.result = replace(self.result, status=UpkeepStatus.DONE)

    def _planned(self, state: TargetState, plan: PrunePlan | None) -> TablePrune:
        dropping = plan is not None and bool(plan.files)
        planned = replace(self.result, status=UpkeepStatus.PLANNED if dropping else _NOTHING)
        if plan is not None:
            planned = replace(
                planned,
                cutoff=plan.cutoff,
                partitions=plan.partitions(self.result.timeframe),
                rows=plan.rows,
                held=plan.held,
                span=plan.span(self.result.timeframe),
                excess=excess(state, plan) if dropping and not self.request.force else "",
                files=len(plan.files),
                bytes=plan.bytes,
            )
        if not self.request.dry_run:
            return planned
        expiring, lost = self._expiring(state, dropping=dropping), self._orphans(state.table)
        stale = stale_branches(state.table, older_than=self._abandoned) if self.request.snapshots else []
        return replace(
            planned,
            status=UpkeepStatus.PLANNED if expiring or lost or stale else planned.status,
            branches_dropped=len(stale),
            snapshots_expired=len(expiring),
            orphans_deleted=len(lost),
        )

    @property
    def _abandoned(self) -> int:
        """The instant before which no run began that is still at work: staging branches older than it are abandoned."""
        return self.request.now - self.request.orphan_age

    def _expiring(self, state: TargetState, *, dropping: bool = False) -> list[int]:
        request = self.request
        if not request.snapshots:
            return []
        return expirable_snapshots(
            state, now=request.now, keep=request.keep_snapshots, keep_age=request.keep_age, dropping=dropping
        )

    def _orphans(self, table: Table) -> list[str]:
        if not (self.request.orphans and self.request.snapshots):
            return []
        return orphans(table, older_than=self.request.now - self.request.orphan_age)

    def _expire(self) -> None:
        """Expire snapshots, after dropping the branches of killed runs, which would keep theirs from expiring."""
        dropped = drop_stale_branches(self.engine.tables, self.result.table, older_than=self._abandoned)
        self.result = replace(self.result, branches_dropped=self.result.branches_dropped + dropped)
        self.before |= reachable(self._target().table)
        # Loaded again, since reading manifests takes time and a tag may have been set meanwhile.
        state = self._target()
        expiring = self._expiring(state)
        passing(Point.EXPIRING)
        expire(state.table, expiring)
        passing(Point.EXPIRED)
        self.result = replace(
            self.result,
            status=UpkeepStatus.DONE if expiring or dropped or self.result.status is UpkeepStatus.DONE else _NOTHING,
            snapshots_expired=len(expiring),
        )

    def _sweep(self) -> None:
        """Delete the files that only expired snapshots referenced, and the orphans."""
        table = self._target().table
        after = reachable(table)
        deleted, freed = delete_files(table.io, [path for key, path in self.before.items() if key not in after])
        passing(Point.SWEPT)
        lost, lost_bytes = delete_files(table.io, self._orphans(table))
        self.result = replace(
            self.result,
            status=UpkeepStatus.DONE if deleted or lost else self.result.status,
            files_deleted=deleted,
            bytes_freed=freed,
            orphans_deleted=lost,
            orphan_bytes=lost_bytes,
        )

"""`prune`: drops old candles by a metadata-only commit that moves the fence, then deletes unreferenced files."""

from dataclasses import replace

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.requests import Observer
from engines.domain.retention import PrunePlan, PruneRequest, plan_prune
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import Prune, TablePrune, UpkeepStatus
from engines.faults import Point, passing
from engines.iceberg.branches import drop_stale_branches, stale_branches
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_files, spans
from engines.iceberg.former_versions import fewer_versions
from engines.iceberg.maintenance import expirable_snapshots
from engines.iceberg.publication import publish
from engines.iceberg.state import TargetState, target_state
from engines.upkeep.cleaning import Cleaning
from engines.upkeep.consent import excess, refuse_excess, refuse_uncovered
from engines.upkeep.each_table import each_table
from engines.upkeep.marks import carried_summary
from engines.upkeep.prune_trades import prune_trades

_NOTHING = UpkeepStatus.NOTHING


def prune(engine: Engine, request: PruneRequest, observer: Observer) -> Prune:
    """Prune the tables of the request, finest first, so that a coarser one still covers what a finer one loses.

    A table that fails does not stop the others.

    Raises:
        TableMissing: A table does not exist.
    """

    def pruned(timeframe: Timeframe) -> TablePrune:
        planned = TablePrune(table=engine.tables.names.target(timeframe), timeframe=timeframe, status=_NOTHING)
        return _Pruning(engine, request, observer, planned).run()

    tables = each_table(engine, request.timeframes, observer, pruned, TablePrune)
    everything = request.snapshots and set(request.timeframes) == set(engine.tables.names.timeframes)
    return Prune(tables=tables, trades=prune_trades(engine, request, observer) if everything else None)


class _Pruning(Cleaning[TablePrune]):
    """Pruning of one table: drops candles in one commit, then cleans the table."""

    def run(self) -> TablePrune:
        """Take the steps; return what they did."""
        if self.request.dry_run or not self.request.snapshots:
            return self.take(self._drop)
        return self.take(self._drop, self._unbranch, self.expire, self.shorten, self.sweep)

    def load(self) -> Table:
        return self._target().table

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
        if plan is None or not plan.files or self.result.spared:
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
        planned = replace(self.result, status=_NOTHING) if plan is None else self._dropping(state, plan)
        if not self.request.dry_run:
            return planned
        dropping = planned.status is UpkeepStatus.PLANNED
        expiring, lost = self._expiring(state, dropping=dropping), self.lost(state.table)
        stale = stale_branches(state.table, older_than=self._abandoned) if self.request.snapshots else []
        versions = fewer_versions(state.table) if self.request.snapshots else 0
        return replace(
            planned,
            status=UpkeepStatus.PLANNED if expiring or lost or stale or versions else planned.status,
            versions=versions,
            branches_dropped=len(stale),
            snapshots_expired=len(expiring),
            orphans_deleted=len(lost),
        )

    def _dropping(self, state: TargetState, plan: PrunePlan) -> TablePrune:
        """What a plan takes from the table, or what it would take if that is too much and to be spared."""
        if not plan.files:
            return replace(self.result, status=_NOTHING, cutoff=plan.cutoff, held=plan.held)
        too_much = "" if self.request.force else excess(state, plan)
        told = replace(self.result, status=_NOTHING, cutoff=plan.cutoff, held=plan.held, excess=too_much)
        if too_much and self.request.spare:
            return replace(told, spared=plan.rows)
        return replace(
            told,
            status=UpkeepStatus.PLANNED,
            partitions=plan.partitions(self.result.timeframe),
            rows=plan.rows,
            span=plan.span(self.result.timeframe),
            files=len(plan.files),
            bytes=plan.bytes,
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

    def expiring(self, table: Table) -> list[int]:
        return self._expiring(target_state(table))

    def _unbranch(self) -> None:
        """Drop the branches of killed runs, which would keep their snapshots from expiring."""
        dropped = drop_stale_branches(self.engine.tables, self.result.table, older_than=self._abandoned)
        if dropped:
            total = self.result.branches_dropped + dropped
            self.result = replace(self.result, status=UpkeepStatus.DONE, branches_dropped=total)

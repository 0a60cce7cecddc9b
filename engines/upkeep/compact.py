"""`compact`: rewrites partitions that other writers left in several data files, each as one file."""

from collections import Counter
from dataclasses import dataclass

from pyiceberg.manifest import DataFile
from pyiceberg.table.snapshots import Operation

from engines.base import Engine
from engines.domain.batches import units_to_rewrite
from engines.domain.changes import FileSpan
from engines.domain.interval import Interval, Intervals
from engines.domain.requests import Observer
from engines.domain.tables import partition_units
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import Compaction, TableCompaction, UpkeepStatus
from engines.faults import Point, passing
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.files import live_files, spans
from engines.iceberg.maintenance import masked_files
from engines.iceberg.publication import publish
from engines.iceberg.state import TargetState, target_state
from engines.upkeep.each_table import each_table
from engines.upkeep.marks import carried_summary
from engines.upkeep.settled_trades import merge_settled
from engines.work import Rewrite, Rows


def compact(engine: Engine, timeframes: tuple[Timeframe, ...], *, run_id: str, observer: Observer) -> Compaction:
    """Compact the tables of the timeframes, finest first; a table that fails does not stop the others.

    If these are all, files of trades that cannot be taken back as an import are merged, too.

    Raises:
        TableMissing: A table does not exist.
    """

    def compacted(timeframe: Timeframe) -> TableCompaction:
        return _Compacting(engine, timeframe, run_id).run()

    tables = each_table(engine, timeframes, observer, compacted, TableCompaction)
    everything = set(timeframes) == set(engine.tables.names.timeframes)
    return Compaction(tables=tables, trades=merge_settled(engine, run_id, observer) if everything else None)


@dataclass(frozen=True, slots=True)
class _Compacting:
    """Compaction of one table."""

    engine: Engine
    timeframe: Timeframe
    run_id: str

    def run(self) -> TableCompaction:
        name = self.engine.tables.names.target(self.timeframe)
        with catalog_errors(f"compact {name}"):
            table = self.engine.tables.target(self.timeframe)
            state = target_state(table)
            files = live_files(table, state.head)
            held = tuple(spans(table, files, "window_start"))
            scattered = self._scattered(state, held)
            before = TableCompaction(
                table=name,
                timeframe=self.timeframe,
                status=UpkeepStatus.NOTHING,
                rows=sum(file.record_count for file in files),
                files_before=len(files),
                files_after=len(files),
                bytes_before=sum(file.file_size_in_bytes for file in files),
                bytes_after=sum(file.file_size_in_bytes for file in files),
            )
            return self._rewrite(state, files, held, scattered, before) if scattered else before

    def _scattered(self, state: TargetState, held: tuple[FileSpan, ...]) -> Intervals:
        """The times of partitions that have several files, a file shared with other partitions, or row deletes."""
        masked = masked_files(state.table, state.head)
        crowd: Counter[Interval] = Counter()
        for file in held:
            units = partition_units(self.timeframe, Intervals((file.interval,)))
            crowd.update(units if len(units) == 1 and file.path not in masked else [*units, *units])
        return Intervals.of(unit for unit, files in crowd.items() if files > 1)

    def _rewrite(
        self,
        state: TargetState,
        files: list[DataFile],
        held: tuple[FileSpan, ...],
        scattered: Intervals,
        before: TableCompaction,
    ) -> TableCompaction:
        units, _ = units_to_rewrite(self.timeframe, scattered, held)
        cover = Intervals.of(units)
        replaced = {f.path for f in held if cover.overlaps(f.interval.start, f.interval.end)}
        removed = [file for file in files if file.file_path in replaced]
        head = 0 if state.head is None else state.head.snapshot_id
        rows = Rows(table=state.table, snapshot_id=head, files=held)
        passing(Point.COMPACTING)
        writer = self.engine.rewrite(Rewrite(rows=rows, units=tuple(units), run_id=self.run_id))
        summary = carried_summary(
            state,
            fence=state.fence,
            engine=self.engine.name,
            run_id=self.run_id,
            version=self.engine.config.version,
        )
        written = len(writer.written)
        kept = sum(file.record_count for file in writer.written)
        size = writer.bytes_written
        publish(
            self.engine.tables,
            removed=removed,
            writer=writer,
            summary=summary,
            operation=Operation.REPLACE,
        )
        return TableCompaction(
            table=before.table,
            timeframe=self.timeframe,
            status=UpkeepStatus.DONE,
            partitions=len(units),
            rows=before.rows - sum(file.record_count for file in removed) + kept,
            files_before=before.files_before,
            files_after=before.files_before - len(removed) + written,
            bytes_before=before.bytes_before,
            bytes_after=before.bytes_before - sum(file.file_size_in_bytes for file in removed) + size,
        )

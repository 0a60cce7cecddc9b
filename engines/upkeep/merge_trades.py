"""`trades compact`: merges data files of trades, and drops exact copies; no refresh notices."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from pyiceberg.manifest import DataFile, ManifestContent, ManifestEntry
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.snapshots import Operation

from engines.base import Engine
from engines.domain.changes import FileSpan
from engines.domain.imports import KEY_FILES
from engines.domain.merging import Group, groups
from engines.domain.orders import KEY_MERGED, KEY_ORDER, Merge, MergeRequest, Order, merged_text
from engines.domain.requests import Observer
from engines.domain.upkeep import UpkeepStatus
from engines.domain.watermark import KEY_ENGINE, KEY_RUN, KEY_VERSION
from engines.errors import Conflict
from engines.faults import Point, passing
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.files import live_entries, manifests, spans
from engines.iceberg.state import history, summary
from engines.upkeep.merged_rows import MergedRows, has_copies
from engines.upkeep.own_trades import own_files
from engines.upkeep.replacement import Replacement, delete_paths


def merge_trades(engine: Engine, request: MergeRequest, observer: Observer) -> Merge:
    """Merge files in one snapshot that changes no trades, in bounded memory; imports by others meanwhile do not matter.

    Raises:
        TableMissing: The source table does not exist.
        Refused: The table is not one as k2 makes them, see `own_files`.
        Conflict: Others changed the table at each of the attempts.
    """
    name = engine.tables.names.source
    for _ in range(engine.config.attempts):
        with catalog_errors(f"compact {name}"):
            stored = _Stored.of(own_files(engine.tables))
            wanted = _worth(stored, request)
        if not wanted:
            return stored.merge
        passing(Point.REMOVING)
        with catalog_errors(f"compact {name}"):
            merged = _merged(MergedRows(stored.table, request.most_rows), stored, wanted, observer)
        removed = [stored.entries[file.path].data_file for group in wanted for file in group.files]
        marks = {KEY_ORDER: Order.COMPACT, KEY_RUN: request.run_id, KEY_MERGED: _imports(stored, wanted)}
        replacement = Replacement(
            engine.tables,
            removed=removed,
            writer=merged.writer,
            summary={**marks, KEY_ENGINE: engine.name, KEY_VERSION: engine.config.version},
            operation=Operation.REPLACE,
            deletes=delete_paths(stored.table, stored.table.current_snapshot()),
        )
        snapshot_id = replacement.commit(engine.config.attempts, observer)
        if snapshot_id is not None:
            return _done(stored.merge, removed, merged, snapshot_id)
    raise Conflict(f"compact {name}: others rewrite its files again and again", hint="try again later")


@dataclass(frozen=True, slots=True)
class _Stored:
    """The table of trades as it was loaded, with its data files by path.

    Attributes:
        table: The table.
        entries: Manifest entries of the files.
        tasks: The files with the delete files that apply to them.
    """

    table: Table
    entries: dict[str, ManifestEntry]
    tasks: dict[str, FileScanTask]

    @classmethod
    def of(cls, table: Table) -> "_Stored":
        entries = {
            entry.data_file.file_path: entry
            for manifest in manifests(table, table.current_snapshot())
            if manifest.content == ManifestContent.DATA
            for entry in live_entries(table, manifest)
        }
        return cls(table, entries, {task.file.file_path: task for task in table.scan().plan_files()})

    @property
    def files(self) -> list[DataFile]:
        """The data files."""
        return [entry.data_file for entry in self.entries.values()]

    @property
    def merge(self) -> Merge:
        """The result if nothing is done."""
        size = sum(file.file_size_in_bytes for file in self.files)
        return Merge(
            table=".".join(self.table.name()),
            rows_before=sum(file.record_count for file in self.files),
            files_before=len(self.files),
            files_after=len(self.files),
            bytes_before=size,
            bytes_after=size,
        )

    def marked(self, key: str) -> dict[int, str]:
        """What snapshots have under a key of their summaries, if that is anything, by id, newest first."""
        return {one.snapshot_id: found for one in history(self.table) if (found := summary(one).get(key))}


def _worth(stored: _Stored, request: MergeRequest) -> list[Group]:
    """Groups of files to be merged, and single files with copies; those that we have merged have none.

    Where only settled files are asked for no single one is looked into: each night that would be all trades there are.
    """
    partitions: defaultdict[tuple[int, str], list[FileSpan]] = defaultdict(list)
    times = request.times
    spared = _told(stored) if request.settled else frozenset()
    for span in spans(stored.table, stored.files, EVENT_TIME):
        entry = stored.entries[span.path]
        file = entry.data_file
        reaches = span.interval.start < times.end and times.start < span.interval.end
        partitions[file.spec_id, repr(file.partition)] += [span] if reaches and entry.snapshot_id not in spared else []
    reached = [files for files in partitions.values() if files]
    ours = {number for number, order in stored.marked(KEY_ORDER).items() if order == Order.COMPACT}
    return [
        group
        for group in groups(reached, elsewhere=len(partitions) - len(reached), most=request.most_rows)
        if len(group.files) > 1
        or (
            not request.settled
            and stored.entries[group.files[0].path].snapshot_id not in ours
            and has_copies(stored.table, stored.tasks[group.files[0].path])
        )
    ]


def _told(stored: _Stored) -> frozenset[int]:
    """The snapshots that are kept but for our own merges: of their files the table tells which import brought them."""
    kept = stored.table.metadata.snapshots
    return frozenset(one.snapshot_id for one in kept if summary(one).get(KEY_ORDER) != Order.COMPACT)


def _merged(merged: MergedRows, stored: _Stored, wanted: list[Group], observer: Observer) -> MergedRows:
    observer.started("trades", sum(group.rows for group in wanted))
    try:
        for group in wanted:
            merged.add(group, [stored.tasks[file.path] for file in group.files])
            observer.advanced("trades", group.rows)
    except BaseException:
        merged.writer.discard()
        raise
    observer.finished("trades")
    return merged


def _imports(stored: _Stored, wanted: list[Group]) -> str:
    """Which imports the files came from, as far as the table knows of files that these read: they count as imported."""
    known = stored.marked(KEY_FILES) | stored.marked(KEY_MERGED)
    moved = Counter(stored.entries[file.path].snapshot_id for group in wanted for file in group.files)
    return merged_text({number: moved[number] for number in known if moved[number]})


def _done(before: Merge, removed: list[DataFile], merged: MergedRows, snapshot_id: int) -> Merge:
    writer = merged.writer
    return replace(
        before,
        status=UpkeepStatus.DONE,
        copies_dropped=merged.copies,
        files_after=before.files_before - len(removed) + len(writer.written),
        bytes_after=before.bytes_before - sum(file.file_size_in_bytes for file in removed) + writer.bytes_written,
        bytes_written=writer.bytes_written,
        snapshot_id=snapshot_id,
    )

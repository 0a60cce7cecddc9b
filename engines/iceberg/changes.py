"""The changes that the source's snapshots made between a watermark and the head, read from manifests alone."""

from collections.abc import Callable, Iterable
from functools import partial

from pyiceberg.manifest import DataFile, DataFileContent, ManifestEntryStatus
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from engines.domain.changes import Change, ChangeKind, FileSpan, SourceChanges
from engines.domain.identity import Identity
from engines.domain.orders import declares_removal
from engines.domain.plan import rebuild_reason
from engines.domain.reading import Reading, changed
from engines.domain.watermark import Watermark
from engines.iceberg.files import changed_entries, live_entries, live_files, manifests, referenced_file, spans
from engines.iceberg.source import timed
from engines.iceberg.state import ancestry, summary

EVENT_TIME = "timestamp"

_KINDS = {
    Operation.APPEND: ChangeKind.APPEND,
    Operation.OVERWRITE: ChangeKind.OVERWRITE,
    Operation.DELETE: ChangeKind.DELETE,
    Operation.REPLACE: ChangeKind.REPLACE,
}


def source_changes(
    source: Table, head: Snapshot | None, watermark: Watermark | None, identity: Identity, reading: Reading
) -> SourceChanges:
    """The changes from the watermark's snapshot to the head; after a rollback, the difference of the two snapshots."""
    reason = rebuild_reason(watermark, str(source.metadata.table_uuid), identity)
    if watermark is not None and not reason:
        reason = changed(watermark.columns, reading)
    if watermark is None or reason:
        return SourceChanges(rebuild=reason)
    since = _since(source, head, watermark.source_snapshot_id)
    if since is not None:
        timed = partial(_timed, source, reading=reading)
        return SourceChanges(tuple(change_of(source, s, timed) for s in reversed(since)))
    seen = source.metadata.snapshot_by_id(watermark.source_snapshot_id or 0)
    if seen is None and watermark.source_snapshot_id is not None:
        return SourceChanges(rebuild="the source's history no longer reaches the watermark")
    return SourceChanges((_difference(source, seen, head, reading),))


def _since(source: Table, head: Snapshot | None, watermark_id: int | None) -> list[Snapshot] | None:
    """The snapshots after the watermark's, newest first; None if the head does not descend from it.

    The watermark's own snapshot may be expired; it is enough that the oldest kept one names it as its parent.
    """
    since: list[Snapshot] = []
    for snapshot in ancestry(source, head):
        if snapshot.snapshot_id == watermark_id:
            return since
        since.append(snapshot)
    if watermark_id is None and since and since[-1].sequence_number != 1:
        # PyIceberg's expiry removes the parent id of children, so a snapshot without a parent need not be the first.
        return None
    reached = since[-1].parent_snapshot_id if since else None
    return since if reached == watermark_id else None


def _timed(source: Table, files: Iterable[DataFile], reading: Reading) -> tuple[FileSpan, ...]:
    return tuple(timed(spans(source, files, reading.time.column), reading.unit))


def _operation(snapshot: Snapshot) -> Operation:
    return snapshot.summary.operation if snapshot.summary is not None else Operation.OVERWRITE


def change_of(table: Table, snapshot: Snapshot, timed: Callable[[Iterable[DataFile]], tuple[FileSpan, ...]]) -> Change:
    """The change that a snapshot made to a table, of trades or of candles.

    Args:
        table: The table.
        snapshot: The snapshot.
        timed: Gives data files of the table their times.
    """
    added: list[DataFile] = []
    removed: list[DataFile] = []
    deletes: list[DataFile] = []
    for entry in changed_entries(table, snapshot):
        if entry.data_file.content != DataFileContent.DATA:
            deletes.append(entry.data_file)
        else:
            (added if entry.status == ManifestEntryStatus.ADDED else removed).append(entry.data_file)
    return Change(
        snapshot.snapshot_id,
        _KINDS[_operation(snapshot)],
        added=timed(added),
        removed=timed(removed),
        masked=timed(_masked(table, snapshot, deletes)),
        declared=declares_removal(summary(snapshot)),
    )


def _masked(source: Table, snapshot: Snapshot, deletes: list[DataFile]) -> Iterable[DataFile]:
    """The data files that the delete files may apply to: the file they name, else all files of their partition."""
    if not deletes:
        return ()
    named = {path for file in deletes if (path := referenced_file(file)) is not None}
    loose = [file for file in deletes if referenced_file(file) is None]
    # A delete file of an unpartitioned spec applies to every data file, whatever spec that was written with.
    everywhere = any(not source.specs()[file.spec_id].fields for file in loose)
    partitions = {(file.spec_id, file.partition) for file in loose}
    return [
        file
        for file in live_files(source, snapshot)
        if everywhere or file.file_path in named or (file.spec_id, file.partition) in partitions
    ]


def _difference(source: Table, seen: Snapshot | None, head: Snapshot | None, reading: Reading) -> Change:
    """The difference between the files of two snapshots that do not descend from each other.

    Manifests that both snapshots share are not opened.
    """
    before = {manifest.manifest_path: manifest for manifest in manifests(source, seen)}
    after = {manifest.manifest_path: manifest for manifest in manifests(source, head)}
    gone = [e.data_file for p, m in before.items() if p not in after for e in live_entries(source, m)]
    come = [e.data_file for p, m in after.items() if p not in before for e in live_entries(source, m)]
    common = {file.file_path for file in gone} & {file.file_path for file in come}
    gone = [file for file in gone if file.file_path not in common]
    come = [file for file in come if file.file_path not in common]
    masked = [
        *(_masked(source, seen, [f for f in gone if f.content != DataFileContent.DATA]) if seen is not None else ()),
        *(_masked(source, head, [f for f in come if f.content != DataFileContent.DATA]) if head is not None else ()),
    ]
    return Change(
        0 if head is None else head.snapshot_id,
        ChangeKind.APPEND if seen is None else ChangeKind.ROLLBACK,
        added=_timed(source, (f for f in come if f.content == DataFileContent.DATA), reading),
        removed=_timed(source, (f for f in gone if f.content == DataFileContent.DATA), reading),
        masked=_timed(source, masked, reading),
    )

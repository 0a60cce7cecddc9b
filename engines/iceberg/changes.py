"""What the source's snapshots changed between a watermark and the head, read from manifests alone."""

from pyiceberg.manifest import DataFile, DataFileContent, ManifestEntryStatus
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from engines.domain.changes import Change, ChangeKind, SourceChanges
from engines.domain.plan import rebuild_reason
from engines.domain.watermark import Watermark
from engines.errors import UsageError
from engines.iceberg.files import spans
from engines.iceberg.state import ancestry

EVENT_TIME = "timestamp"

_KINDS = {
    Operation.APPEND: ChangeKind.APPEND,
    Operation.OVERWRITE: ChangeKind.OVERWRITE,
    Operation.DELETE: ChangeKind.DELETE,
}


def source_changes(source: Table, head: Snapshot | None, watermark: Watermark | None) -> SourceChanges:
    """Walk from the head back to the watermark's snapshot.

    Raises:
        UsageError: A snapshot wrote row-level delete files.
    """
    reason = rebuild_reason(watermark, str(source.metadata.table_uuid))
    if watermark is None or reason:
        return SourceChanges(rebuild=reason)
    since: list[Snapshot] = []
    for snapshot in ancestry(source, head):
        if snapshot.snapshot_id == watermark.source_snapshot_id:
            break
        since.append(snapshot)
    else:
        began_empty = watermark.source_snapshot_id is None and (not since or since[-1].parent_snapshot_id is None)
        if not began_empty:
            return SourceChanges(rebuild="the source's history no longer reaches the watermark")
    return SourceChanges(tuple(_change(source, s) for s in reversed(since) if _operation(s) != Operation.REPLACE))


def _operation(snapshot: Snapshot) -> Operation:
    return snapshot.summary.operation if snapshot.summary is not None else Operation.OVERWRITE


def _change(source: Table, snapshot: Snapshot) -> Change:
    added: list[DataFile] = []
    removed: list[DataFile] = []
    for manifest in snapshot.manifests(source.io):
        if manifest.added_snapshot_id != snapshot.snapshot_id:
            continue
        for entry in manifest.fetch_manifest_entry(source.io, discard_deleted=False):
            if entry.snapshot_id != snapshot.snapshot_id or entry.status == ManifestEntryStatus.EXISTING:
                continue
            if entry.data_file.content != DataFileContent.DATA:
                raise UsageError(
                    f"snapshot {snapshot.snapshot_id} of {'.'.join(source.name())} holds row-level deletes, "
                    "which are not followed incrementally yet",
                    hint="compact the source (rewrite_data_files with delete-file-threshold 1)",
                )
            (added if entry.status == ManifestEntryStatus.ADDED else removed).append(entry.data_file)
    return Change(
        snapshot.snapshot_id,
        _KINDS[_operation(snapshot)],
        tuple(spans(source, added, EVENT_TIME)),
        tuple(spans(source, removed, EVENT_TIME)),
    )

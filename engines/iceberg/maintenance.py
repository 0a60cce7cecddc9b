"""Maintenance of a table: expiry of snapshots, the files that its metadata references, and deletion of files."""

import re
from collections.abc import Iterable
from itertools import takewhile

from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFileContent, ManifestContent, ManifestEntry
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.snapshots import Snapshot

from engines.domain.retention import SnapshotAge, expirable
from engines.errors import Conflict
from engines.faults import Point, passing
from engines.iceberg.files import live_entries, manifests, referenced_file
from engines.iceberg.state import TargetState, ancestry

_PLACE = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:(//[^/]*)?")


def expirable_snapshots(state: TargetState, *, now: int, keep: int, keep_age: int, dropping: bool = False) -> list[int]:
    """Ids of the snapshots that may be expired.

    Never expired are heads of branches, tagged snapshots, and the snapshots from the head to that of the watermark.

    Args:
        state: The state of the table.
        now: The run's clock, microseconds.
        keep: Number of the newest snapshots to keep.
        keep_age: Snapshots younger than this are kept, too, microseconds.
        dropping: Decide as if one more commit of ours, which drops candles, had become the head.
    """
    if is_shared(state.table):
        return []
    metadata = state.table.metadata
    refs = metadata.refs.items()
    protected = {ref.snapshot_id for name, ref in refs if not (dropping and name == MAIN_BRANCH)}
    carried_on = dropping and state.marked is not None and state.marked == state.head
    if not carried_on:
        protected |= _to_the_watermark(state)
    ages = [SnapshotAge(s.snapshot_id, s.timestamp_ms * 1000) for s in metadata.snapshots]
    return expirable(ages, protected, now=now, keep=max(0, keep - dropping), keep_age=keep_age)


def is_shared(table: Table) -> bool:
    """Whether ``gc.enabled`` is false: other tables may use the same files, so none of them may be deleted."""
    return table.properties.get("gc.enabled", "true").lower() == "false"


def _to_the_watermark(state: TargetState) -> set[int]:
    """Ids of the snapshots from the head to the one with the watermark; without any of them it is not found."""
    marked = state.marked
    if marked is None:
        return set()
    after = takewhile(lambda snapshot: snapshot != marked, ancestry(state.table, state.head))
    return {marked.snapshot_id, *(snapshot.snapshot_id for snapshot in after)}


def expire(table: Table, snapshot_ids: list[int]) -> None:
    """Remove snapshots from the metadata; their files are not deleted.

    Raises:
        Conflict: Somebody else has removed one of them meanwhile.
    """
    if not snapshot_ids:
        return
    try:
        table.maintenance.expire_snapshots().by_ids(snapshot_ids).commit()
    except ValueError as error:
        # PyIceberg 0.12 has no specific error for a snapshot that does not exist (any more).
        name = ".".join(table.name())
        raise Conflict(f"expire snapshots of {name}: {error}"[:300], hint="run the command again") from error


def reachable(table: Table) -> dict[str, str]:
    """All files that the table's snapshots need: normalised path to path as it is stored.

    Manifests that several snapshots share are opened once.
    """
    paths: list[str] = []
    seen: set[str] = set()
    for snapshot in table.metadata.snapshots:
        paths.append(snapshot.manifest_list)
        for manifest in manifests(table, snapshot):
            if manifest.manifest_path in seen:
                continue
            seen.add(manifest.manifest_path)
            paths.append(manifest.manifest_path)
            paths += [entry.data_file.file_path for entry in live_entries(table, manifest)]
    paths += [file.statistics_path for file in table.metadata.statistics]
    paths += [file.statistics_path for file in table.metadata.partition_statistics]
    return {normalised(path): path for path in paths}


def delete_files(io: FileIO, paths: Iterable[str]) -> tuple[int, int]:
    """Delete files; return their number and total bytes. Files that no longer exist are not counted."""
    count = size = 0
    for path in paths:
        try:
            held = len(io.new_input(path))
            passing(Point.DELETING)
            io.delete(path)
        except FileNotFoundError:
            continue
        count, size = count + 1, size + held
    return count, size


def normalised(path: str) -> str:
    """A path in a form for comparison: without scheme, host or bucket, and with single slashes.

    Writers differ in file:/x and file:///x, s3://b/x and s3a://b/x, hdfs:///x and hdfs://host/x. Files with the same
    path in two buckets are taken for the same file; as a result, both are kept.
    """
    return "/" + "/".join(part for part in _PLACE.sub("", path).split("/") if part)


def masked_files(table: Table, snapshot: Snapshot | None) -> set[str]:
    """Paths of the data files whose rows delete files may delete, from manifests alone."""
    if snapshot is None:
        return set()
    held = manifests(table, snapshot)
    deletes = [
        entry
        for manifest in held
        if manifest.content == ManifestContent.DELETES
        for entry in live_entries(table, manifest)
    ]
    if not deletes:
        return set()
    return {
        entry.data_file.file_path
        for manifest in held
        if manifest.content == ManifestContent.DATA
        for entry in live_entries(table, manifest)
        if any(_masks(table, delete, entry) for delete in deletes)
    }


def _masks(table: Table, delete: ManifestEntry, data: ManifestEntry) -> bool:
    """Whether a delete file applies to a data file (Iceberg specification, "Scan Planning")."""
    by_value = delete.data_file.content == DataFileContent.EQUALITY_DELETES
    if (data.sequence_number or 0) + by_value > (delete.sequence_number or 0):
        return False
    named = referenced_file(delete.data_file)
    if named is not None:
        return named == data.data_file.file_path
    same_spec = delete.data_file.spec_id == data.data_file.spec_id
    everywhere = not table.specs()[delete.data_file.spec_id].fields
    return everywhere or (same_spec and delete.data_file.partition == data.data_file.partition)

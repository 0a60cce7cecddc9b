"""What a table's metadata reaches, and the removal of what it does not reach any more."""

import re
from collections.abc import Iterable
from itertools import takewhile

from pyarrow import fs
from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import DataFileContent, ManifestContent, ManifestEntry
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.snapshots import Snapshot

from engines.domain.retention import SnapshotAge, expirable
from engines.errors import Conflict, UsageError
from engines.faults import Point, passing
from engines.iceberg.files import live_entries, referenced_file
from engines.iceberg.state import TargetState, ancestry

_PLACE = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:(//[^/]*)?")
_VERSION_HINT = "metadata/version-hint.text"


def expirable_snapshots(state: TargetState, *, now: int, keep: int, keep_age: int, dropping: bool = False) -> list[int]:
    """Ids of snapshots that may be expired.

    Heads of branches, tags, the carrier of the watermark and what leads to it never are.

    Args:
        state: The table.
        now: The run's clock, microseconds.
        keep: So many of the newest stay.
        keep_age: Those younger than so many microseconds stay too.
        dropping: Judge as if one more commit of ours were there, which becomes the head.
    """
    if _is_shared(state.table):
        return []
    metadata = state.table.metadata
    refs = metadata.refs.items()
    protected = {ref.snapshot_id for name, ref in refs if not (dropping and name == MAIN_BRANCH)}
    carried_on = dropping and state.marked is not None and state.marked == state.head
    if not carried_on:
        protected |= _to_the_watermark(state)
    ages = [SnapshotAge(s.snapshot_id, s.timestamp_ms * 1000) for s in metadata.snapshots]
    return expirable(ages, protected, now=now, keep=max(0, keep - dropping), keep_age=keep_age)


def _is_shared(table: Table) -> bool:
    """Whether its owner has said that other tables may use the same files: none of them is ours to delete."""
    return table.properties.get("gc.enabled", "true").lower() == "false"


def _to_the_watermark(state: TargetState) -> set[int]:
    """The snapshots from the head to the one that carries the watermark: without one of them it is not found."""
    marked = state.marked
    if marked is None:
        return set()
    after = takewhile(lambda snapshot: snapshot != marked, ancestry(state.table, state.head))
    return {marked.snapshot_id, *(snapshot.snapshot_id for snapshot in after)}


def expire(table: Table, snapshot_ids: list[int]) -> None:
    """Take snapshots out of the metadata; their files stay where they are.

    Raises:
        Conflict: Somebody else has taken one of them out meanwhile.
    """
    if not snapshot_ids:
        return
    try:
        table.maintenance.expire_snapshots().by_ids(snapshot_ids).commit()
    except ValueError as error:
        # PyIceberg 0.12 has no error of its own for a snapshot that is not there (any more).
        name = ".".join(table.name())
        raise Conflict(f"expire snapshots of {name}: {error}"[:300], hint="run the command again") from error


def reachable(table: Table) -> dict[str, str]:
    """Every file that a kept snapshot needs: normalised path to path as it is written.

    Manifests that several snapshots share are opened once.
    """
    paths: list[str] = []
    seen: set[str] = set()
    for snapshot in table.metadata.snapshots:
        paths.append(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path in seen:
                continue
            seen.add(manifest.manifest_path)
            paths.append(manifest.manifest_path)
            paths += [entry.data_file.file_path for entry in live_entries(table.io, manifest)]
    paths += [file.statistics_path for file in table.metadata.statistics]
    paths += [file.statistics_path for file in table.metadata.partition_statistics]
    return {normalised(path): path for path in paths}


def delete_files(io: FileIO, paths: Iterable[str]) -> tuple[int, int]:
    """Delete files, and return how many there were and how many bytes they held. One that is gone counts nothing."""
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


def orphans(table: Table, *, older_than: int) -> list[str]:
    """Files under the table's location that no snapshot and no metadata log names, last written before an instant.

    Raises:
        UsageError: The storage cannot be listed through PyArrow.
    """
    if _is_shared(table):
        return []
    if not isinstance(table.io, PyArrowFileIO):
        raise UsageError("orphans can only be found through PyArrow's file systems", hint="unset py-io-impl")
    location = table.location().rstrip("/")
    scheme, netloc, root = PyArrowFileIO.parse_location(location, table.io.properties)
    listing = table.io.fs_by_scheme(scheme, netloc).get_file_info(fs.FileSelector(root, recursive=True))
    known = _known(table)
    return [
        location + info.path.removeprefix(root)
        for info in listing
        if info.type == fs.FileType.File
        and info.mtime_ns // 1000 < older_than
        and known.isdisjoint(_names(location + info.path.removeprefix(root)))
    ]


def _known(table: Table) -> set[str]:
    logs = [entry.metadata_file for entry in table.metadata.metadata_log]
    hint = f"{table.location().rstrip('/')}/{_VERSION_HINT}"
    return {*reachable(table), *(normalised(path) for path in (table.metadata_location, hint, *logs))}


def _names(path: str) -> tuple[str, ...]:
    """The file itself, and the one it only accompanies: Hadoop keeps checksums of ``x`` in ``.x.crc``."""
    own = normalised(path)
    folder, _, name = own.rpartition("/")
    if name.startswith(".") and name.endswith(".crc"):
        return own, f"{folder}/{name[1:-4]}"
    return (own,)


def normalised(path: str) -> str:
    """One spelling of a path, by which two are compared: without scheme, host or bucket, and with single slashes.

    Writers disagree about file:/x and file:///x, s3://b/x and s3a://b/x, hdfs:///x and hdfs://host/x. Two files of
    one spelling in two buckets would be held for the same one: then both stay.
    """
    return "/" + "/".join(part for part in _PLACE.sub("", path).split("/") if part)


def masked_files(table: Table, snapshot: Snapshot | None) -> set[str]:
    """The data files some of whose rows may be deleted by delete files, from manifests alone."""
    if snapshot is None:
        return set()
    manifests = snapshot.manifests(table.io)
    deletes = [
        entry
        for manifest in manifests
        if manifest.content == ManifestContent.DELETES
        for entry in live_entries(table.io, manifest)
    ]
    if not deletes:
        return set()
    return {
        entry.data_file.file_path
        for manifest in manifests
        if manifest.content == ManifestContent.DATA
        for entry in live_entries(table.io, manifest)
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

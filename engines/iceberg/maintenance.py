"""What a table's metadata reaches, and the removal of what it does not reach any more."""

from collections.abc import Collection, Iterable

from pyarrow import fs
from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import Table

from engines.domain.retention import SnapshotAge, expirable
from engines.errors import UsageError
from engines.iceberg.files import live_entries
from engines.iceberg.state import TargetState


def expirable_snapshots(state: TargetState, *, now: int, keep: int, keep_age: int) -> list[int]:
    """Ids of snapshots that may be expired: heads of branches, tags and the carrier of the watermark never are."""
    metadata = state.table.metadata
    protected = {ref.snapshot_id for ref in metadata.refs.values()}
    if state.marked is not None:
        protected.add(state.marked.snapshot_id)
    ages = [SnapshotAge(s.snapshot_id, s.timestamp_ms * 1000) for s in metadata.snapshots]
    return expirable(ages, protected, now=now, keep=keep, keep_age=keep_age)


def expire(table: Table, snapshot_ids: list[int]) -> None:
    """Take snapshots out of the metadata; their files stay where they are."""
    if snapshot_ids:
        table.maintenance.expire_snapshots().by_ids(snapshot_ids).commit()


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
    if not isinstance(table.io, PyArrowFileIO):
        raise UsageError("orphans can only be found through PyArrow's file systems", hint="unset py-io-impl")
    scheme, netloc, root = PyArrowFileIO.parse_location(table.location(), table.io.properties)
    listing = table.io.fs_by_scheme(scheme, netloc).get_file_info(fs.FileSelector(root, recursive=True))
    known = _known(table)
    prefix = f"{scheme}://"
    return [
        prefix + info.path
        for info in listing
        if info.type == fs.FileType.File
        and normalised(prefix + info.path) not in known
        and info.mtime_ns // 1000 < older_than
    ]


def _known(table: Table) -> Collection[str]:
    logs = [entry.metadata_file for entry in table.metadata.metadata_log]
    return reachable(table).keys() | {normalised(path) for path in (table.metadata_location, *logs)}


def normalised(path: str) -> str:
    """One spelling of a path: writers disagree about file:/x and file:///x."""
    return "/" + path.removeprefix("file:").lstrip("/") if path.startswith(("file:", "/")) else path

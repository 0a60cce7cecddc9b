"""Data files of a snapshot as its manifests describe them: path, size and range of times."""

from collections.abc import Iterable, Iterator

from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
)
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.types import NestedField

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval
from engines.iceberg.unreadable import reading_file

_FILE_PATH_ID = 2147483546


def live_files(table: Table, snapshot: Snapshot | None) -> list[DataFile]:
    """The data files of a snapshot, without delete files."""
    return [
        entry.data_file
        for manifest in manifests(table, snapshot)
        for entry in live_entries(table, manifest)
        if entry.data_file.content == DataFileContent.DATA
    ]


def manifests(table: Table, snapshot: Snapshot | None) -> list[ManifestFile]:
    """The manifests of a snapshot; none without a snapshot."""
    if snapshot is None:
        return []
    with reading_file(table, f"the manifest list {snapshot.manifest_list}"):
        return snapshot.manifests(table.io)


def live_entries(table: Table, manifest: ManifestFile) -> list[ManifestEntry]:
    """The live entries of a manifest; a manifest without any is not opened."""
    if not (manifest.has_added_files() or manifest.has_existing_files()):
        return []
    return entries(table, manifest, discard_deleted=True)


def entries(table: Table, manifest: ManifestFile, *, discard_deleted: bool = False) -> list[ManifestEntry]:
    """The entries of a manifest, those of removed files too unless they are discarded."""
    with reading_file(table, f"the manifest {manifest.manifest_path}"):
        return manifest.fetch_manifest_entry(table.io, discard_deleted=discard_deleted)


def changed_entries(table: Table, snapshot: Snapshot) -> Iterator[ManifestEntry]:
    """Yield the entries of files that a snapshot itself added or removed, delete files among them.

    By its manifests: the counts in its summary are optional.
    """
    for manifest in manifests(table, snapshot):
        if manifest.added_snapshot_id == snapshot.snapshot_id:
            for entry in entries(table, manifest):
                if entry.snapshot_id == snapshot.snapshot_id and entry.status != ManifestEntryStatus.EXISTING:
                    yield entry


def has_equality_deletes(table: Table, snapshot: Snapshot) -> bool:
    """Whether the snapshot has equality deletes. Manifests of data files are not opened."""
    return any(
        entry.data_file.content == DataFileContent.EQUALITY_DELETES
        for manifest in manifests(table, snapshot)
        if manifest.content == ManifestContent.DELETES
        for entry in live_entries(table, manifest)
    )


def referenced_file(deletes: DataFile) -> str | None:
    """The only data file that a delete file applies to; None if there may be several.

    Writers that delete by data file write equal lower and upper bounds of the column file_path (field id 2147483546,
    Iceberg specification, "Reserved Field IDs").
    """
    lower = (deletes.lower_bounds or {}).get(_FILE_PATH_ID)
    upper = (deletes.upper_bounds or {}).get(_FILE_PATH_ID)
    return lower.decode() if lower is not None and lower == upper else None


def spans(table: Table, files: Iterable[DataFile], column: str) -> Iterator[FileSpan]:
    """Yield the time range of each data file by a column of instants; files without rows are left out."""
    field = table.schema().find_field(column)
    for file in files:
        if file.record_count == 0:
            continue
        first, last = _bounds(table, file, field)
        yield FileSpan(file.file_path, Interval(first, last + 1), file.record_count, file.file_size_in_bytes)


def spanned_files(table: Table, snapshot: Snapshot | None, column: str) -> list[tuple[FileSpan, DataFile]]:
    """The data files of a snapshot that have rows, each with its time range."""
    files = live_files(table, snapshot)
    by_path = {file.file_path: file for file in files}
    return [(span, by_path[span.path]) for span in spans(table, files, column)]


def _bounds(table: Table, file: DataFile, field: NestedField) -> tuple[int, int]:
    """Least and greatest value of a column in a file: from the manifest if it has them, else from the file."""
    lower = (file.lower_bounds or {}).get(field.field_id)
    upper = (file.upper_bounds or {}).get(field.field_id)
    if lower is None or upper is None:
        from engines.iceberg.bounds import read_bounds

        with reading_file(table, f"the data file {file.file_path}"):
            return read_bounds(table, file, field)
    # Instants, as longs or as times in microseconds, are 8 bytes, little-endian (Iceberg specification, appendix D).
    return int.from_bytes(lower, "little", signed=True), int.from_bytes(upper, "little", signed=True)

"""Data files of a snapshot as its manifests describe them: path, size and range of times."""

from collections.abc import Iterable, Iterator

import pyarrow.parquet as pq
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestContent, ManifestEntry, ManifestFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.types import NestedField

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval
from engines.errors import UsageError

_FILE_PATH_ID = 2147483546


def live_files(table: Table, snapshot: Snapshot | None) -> list[DataFile]:
    """The data files of a snapshot, without delete files."""
    if snapshot is None:
        return []
    return [
        entry.data_file
        for manifest in snapshot.manifests(table.io)
        for entry in live_entries(table.io, manifest)
        if entry.data_file.content == DataFileContent.DATA
    ]


def live_entries(io: FileIO, manifest: ManifestFile) -> list[ManifestEntry]:
    """The live entries of a manifest; a manifest without any is not opened."""
    if not (manifest.has_added_files() or manifest.has_existing_files()):
        return []
    return manifest.fetch_manifest_entry(io, discard_deleted=True)


def has_equality_deletes(table: Table, snapshot: Snapshot) -> bool:
    """Whether the snapshot has equality deletes. Manifests of data files are not opened."""
    return any(
        entry.data_file.content == DataFileContent.EQUALITY_DELETES
        for manifest in snapshot.manifests(table.io)
        if manifest.content == ManifestContent.DELETES
        for entry in live_entries(table.io, manifest)
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
        first, last = _bounds(table.io, file, field)
        yield FileSpan(file.file_path, Interval(first, last + 1), file.record_count, file.file_size_in_bytes)


def spanned_files(table: Table, snapshot: Snapshot | None, column: str) -> list[tuple[FileSpan, DataFile]]:
    """The data files of a snapshot that have rows, each with its time range."""
    files = live_files(table, snapshot)
    by_path = {file.file_path: file for file in files}
    return [(span, by_path[span.path]) for span in spans(table, files, column)]


def _bounds(io: FileIO, file: DataFile, field: NestedField) -> tuple[int, int]:
    """Least and greatest value of a column in a file: from the manifest if it has them, else from the file.

    Raises:
        UsageError: The manifest does not have them, and the file is not Parquet.
    """
    lower = (file.lower_bounds or {}).get(field.field_id)
    upper = (file.upper_bounds or {}).get(field.field_id)
    if lower is None or upper is None:
        if file.file_format != FileFormat.PARQUET:
            raise UsageError(
                f"the data file {file.file_path} is {file.file_format.value}, and its manifest has no bounds of"
                f" {field.name}",
                hint="rewrite the table's files as Parquet: CALL system.rewrite_data_files",
            )
        return _read_bounds(io, file.file_path, field)
    # Instants, as longs or as times in microseconds, are 8 bytes, little-endian (Iceberg specification, appendix D).
    return int.from_bytes(lower, "little", signed=True), int.from_bytes(upper, "little", signed=True)


def _read_bounds(io: FileIO, path: str, field: NestedField) -> tuple[int, int]:
    """Least and greatest value, read from the file: some writers omit the bounds, and a guess could lose trades.

    Returns:
        The two values; (0, -1) if the file lacks the column or it holds only null.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    low: int | None = None
    high: int | None = None
    with io.new_input(path).open() as stream:
        parquet = pq.ParquetFile(stream)
        name = _column_name(parquet, field)
        if name not in parquet.schema_arrow.names:
            return 0, -1
        for batch in parquet.iter_batches(columns=[name]):
            least, greatest = pc.min_max(batch.column(0).cast(pa.int64())).values()
            if least.is_valid:
                low = least.as_py() if low is None else min(low, least.as_py())
                high = greatest.as_py() if high is None else max(high, greatest.as_py())
    return (low, high) if low is not None and high is not None else (0, -1)


def _column_name(parquet: pq.ParquetFile, field: NestedField) -> str:
    """Name of a field's column in a file, found by field id; the field's own name if no column has that id."""
    for column in parquet.schema_arrow:
        if (column.metadata or {}).get(b"PARQUET:field_id") == str(field.field_id).encode():
            return str(column.name)
    return str(field.name)

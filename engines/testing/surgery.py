"""Commits to Iceberg tables that other engines make but PyIceberg 0.12 cannot, built from PyIceberg's parts for tests.

They are position and equality delete files (merge on read), compaction, and expiry as Java does it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestContent, ManifestWriter, ManifestWriterV2
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.snapshots import Operation, Summary
from pyiceberg.table.update.snapshot import _FastAppendFiles, _OverwriteFiles
from pyiceberg.typedef import EMPTY_DICT, Record, TableVersion
from pyiceberg.types import IntegerType, ListType, NestedField, StructType

from engines.iceberg.catalog import Tables

FILE_PATH_ID = 2147483546
POSITION_ID = 2147483545
"""Reserved field ids of a position delete file (Iceberg specification, "Reserved Field IDs")."""

EQUALITY_IDS_ID = 135
"""Field id of equality_ids in a manifest (Iceberg specification, "Manifests")."""

_DELETES = pa.schema(
    [
        pa.field("file_path", pa.string(), nullable=False, metadata={"PARQUET:field_id": str(FILE_PATH_ID)}),
        pa.field("pos", pa.int64(), nullable=False, metadata={"PARQUET:field_id": str(POSITION_ID)}),
    ]
)


def replace_files(
    table: Table,
    removed: Sequence[DataFile],
    added: Sequence[DataFile],
    operation: Operation,
    properties: Mapping[str, str] = EMPTY_DICT,
) -> None:
    """Remove data files and add others in one snapshot."""
    with table.transaction() as transaction:
        change = _Replacement(operation, transaction, table.io, snapshot_properties=dict(properties))
        with change:
            for file in removed:
                change.delete_data_file(file)
            for file in added:
                change.append_data_file(file)


def rewrite_files(table: Table, tasks: Sequence[FileScanTask]) -> None:
    """Rewrite the live rows of some files to new files (compaction), in a snapshot with the operation `replace`."""
    rows = live_rows(table, tasks)
    added = list(_dataframe_to_data_files(table.metadata, rows, table.io)) if rows.num_rows else []
    replace_files(table, [task.file for task in tasks], added, Operation.REPLACE)


def split_files(table: Table, tasks: Sequence[FileScanTask], size: int) -> None:
    """Rewrite the live rows of some files to files of a few rows each, in a snapshot with the operation `replace`."""
    rows = live_rows(table, tasks)
    parts = (rows.slice(start, size) for start in range(0, rows.num_rows, size))
    added = [file for part in parts for file in _dataframe_to_data_files(table.metadata, part, table.io)]
    replace_files(table, [task.file for task in tasks], added, Operation.REPLACE)


def rewrite_all(table: Table) -> None:
    """Compact a whole table, as another writer that does not know k2 would."""
    tasks = list(table.scan().plan_files())
    if tasks:
        rewrite_files(table, tasks)


def expire(tables: Tables, table: Table, snapshot_ids: Iterable[int], *, like_java: bool = False) -> None:
    """Expire snapshots, except the current one and those with a branch or a tag.

    Args:
        tables: Tables of the catalog that holds the table.
        table: The table.
        snapshot_ids: Ids of the snapshots to expire.
        like_java: Keep the parent ids of the remaining snapshots, as Java does; PyIceberg clears those of children of
            expired snapshots.
    """
    named = {ref.snapshot_id for ref in table.metadata.refs.values()}
    kept = {snapshot.snapshot_id for snapshot in table.metadata.snapshots}
    going = (set(snapshot_ids) & kept) - named
    if not going:
        return
    if not like_java:
        table.maintenance.expire_snapshots().by_ids(sorted(going)).commit()
        return
    left = [snapshot for snapshot in table.metadata.snapshots if snapshot.snapshot_id not in going]
    log = [entry for entry in table.metadata.snapshot_log if entry.snapshot_id not in going]
    rewrite_metadata(tables, table, snapshots=left, snapshot_log=log)


def rewrite_metadata(tables: Tables, table: Table, **changed: object) -> None:
    """Put other metadata in the place of a table's, as converters between table formats do.

    Args:
        tables: Tables of the catalog that holds the table.
        table: The table.
        changed: Fields of the metadata that are to have other values.
    """
    metadata = table.metadata.model_copy(update=changed)
    number = int(table.metadata_location.rsplit("/", 1)[1].split("-", 1)[0]) + 1
    location = f"{metadata.location}/metadata/{number:05d}-{uuid.uuid4()}.metadata.json"
    ToOutputFile.table_metadata(metadata, table.io.new_output(location))
    tables.catalog.drop_table(table.name())
    tables.catalog.register_table(table.name(), location)


def delete_rows(
    table: Table, files: Sequence[DataFile], positions: Mapping[str, Sequence[int]], *, scoped: bool = True
) -> None:
    """Commit position delete files (merge on read).

    Args:
        table: The table.
        files: The data files concerned, all of the table's current partition spec.
        positions: Positions of the rows to delete, by path of the data file.
        scoped: Write one delete file per data file, with its path as both bounds; else one per partition, without
            bounds.
    """
    groups: dict[Any, list[DataFile]] = {}
    for file in files:
        groups.setdefault(file.file_path if scoped else file.partition, []).append(file)
    deletes = []
    for group in groups.values():
        pairs = sorted((file.file_path, position) for file in group for position in positions[file.file_path])
        columns = [[path for path, _ in pairs], [position for _, position in pairs]]
        rows = pa.table([pa.array(columns[0], pa.string()), pa.array(columns[1], pa.int64())], schema=_DELETES)
        bounds = {FILE_PATH_ID: group[0].file_path.encode()} if scoped else {}
        deletes.append(_delete_file(table, rows, group[0].partition, bounds=bounds))
    commit_deletes(table, deletes)


def delete_by_value(table: Table, files: Sequence[DataFile], column: str, values: Sequence[str]) -> None:
    """Commit equality delete files, one per partition, for the rows that have one of the values in a text column.

    Args:
        table: The table.
        files: The data files concerned, all of the table's current partition spec.
        column: Name of the text column.
        values: The values whose rows are deleted.
    """
    field_id = table.schema().find_field(column).field_id
    field = pa.field(column, pa.string(), metadata={"PARQUET:field_id": str(field_id)})
    rows = pa.table([pa.array(values, pa.string())], schema=pa.schema([field]))
    partitions = {repr(file.partition): file.partition for file in files}
    commit_deletes(table, [_delete_file(table, rows, each, equality_ids=[field_id]) for each in partitions.values()])


def commit_deletes(table: Table, deletes: Sequence[DataFile]) -> None:
    """Commit delete files in one snapshot."""
    with table.transaction() as transaction:
        change = _RowDelta(Operation.DELETE, transaction, table.io)
        with change:
            for file in deletes:
                change.append_data_file(file)


def _delete_file(
    table: Table,
    rows: pa.Table,
    partition: Record,
    *,
    bounds: Mapping[int, bytes] = EMPTY_DICT,
    equality_ids: list[int] | None = None,
) -> DataFile:
    path = f"{table.location()}/data/{uuid.uuid4()}-deletes.parquet"
    output = table.io.new_output(path)
    with output.create() as stream:
        pq.write_table(rows, stream)
    return DataFile.from_args(
        content=DataFileContent.EQUALITY_DELETES if equality_ids else DataFileContent.POSITION_DELETES,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=partition,
        record_count=rows.num_rows,
        file_size_in_bytes=len(output),
        column_sizes={},
        value_counts={},
        null_value_counts={},
        nan_value_counts={},
        lower_bounds=dict(bounds),
        upper_bounds=dict(bounds),
        key_metadata=None,
        split_offsets=None,
        equality_ids=equality_ids,
        sort_order_id=None,
        spec_id=table.spec().spec_id,
    )


class _DeleteManifest(ManifestWriterV2):
    """A writer of manifests of delete files."""

    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}

    def _with_partition(self, format_version: TableVersion) -> Schema:
        """Write equality_ids as ints; PyIceberg 0.12 writes longs against the specification, which Java cannot read."""
        entry = super()._with_partition(format_version)
        return Schema(*(_with_int_ids(field) for field in entry.fields))


def _with_int_ids(field: NestedField) -> NestedField:
    if field.field_id == EQUALITY_IDS_ID:
        ids = ListType(element_id=EQUALITY_IDS_ID + 1, element_type=IntegerType(), element_required=True)
        return field.model_copy(update={"field_type": ids})
    if isinstance(field.field_type, StructType):
        inner = StructType(*(_with_int_ids(each) for each in field.field_type.fields))
        return field.model_copy(update={"field_type": inner})
    return field


class _RowDelta(_FastAppendFiles):
    """A snapshot that adds delete files."""

    def new_manifest_writer(self, spec: PartitionSpec) -> ManifestWriter:
        return _DeleteManifest(spec, self.schema(), self.new_manifest_output(), self._snapshot_id, self._compression)


class _Replacement(_OverwriteFiles):
    """An overwrite that can have another operation; PyIceberg 0.12 cannot compute the summary totals of `replace`."""

    def _summary(self, snapshot_properties: dict[str, str] = EMPTY_DICT) -> Summary:
        operation, self._operation = self._operation, Operation.OVERWRITE
        try:
            summary = super()._summary(snapshot_properties)
        finally:
            self._operation = operation
        return Summary(operation, **summary.additional_properties)


def live_rows(table: Table, tasks: Sequence[FileScanTask]) -> pa.Table:
    """The rows of some data files that are not deleted, read by PyIceberg."""
    scan = table.scan()
    return ArrowScan(table.metadata, table.io, scan.projection(), scan.row_filter).to_table(tasks)

"""Changes of every kind to a table of trades, and beside it the rows it should hold: what a refresh must survive.

Some of them PyIceberg 0.12 cannot write by itself (position deletes, compaction, Java's expiry): other engines do, so
they are built here from its parts. None uses the code under test.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files, schema_to_pyarrow
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestContent, ManifestWriter, ManifestWriterV2
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.serializers import ToOutputFile
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.snapshots import Operation, Summary
from pyiceberg.table.update.snapshot import _FastAppendFiles, _OverwriteFiles
from pyiceberg.typedef import EMPTY_DICT

from engines.base import Engine
from engines.testing.arrow import trades_table
from engines.testing.oracle import Trade

FILE_PATH_ID = 2147483546
POSITION_ID = 2147483545
"""Reserved field ids of a position delete file (Iceberg specification, "Reserved Field IDs")."""

_DELETES = pa.schema(
    [
        pa.field("file_path", pa.string(), nullable=False, metadata={"PARQUET:field_id": str(FILE_PATH_ID)}),
        pa.field("pos", pa.int64(), nullable=False, metadata={"PARQUET:field_id": str(POSITION_ID)}),
    ]
)
_COLUMNS = tuple(field.name for field in fields(Trade))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data file of the source is, to pick it by.

    Attributes:
        rank: Its number in order of event time, from 0 on.
        first: Its first event time; 0 where its writer left the bounds out.
        last: Its last event time.
        rows: Rows in it, deleted ones too.
    """

    rank: int
    first: int
    last: int
    rows: int


Pick = Callable[[Place], bool]


def everywhere(_: Place) -> bool:
    """Picks all data files."""
    return True


class History:
    """The source of an engine under change, and the rows it should hold.

    Args:
        engine: Whose source is changed; it must exist.

    Attributes:
        rows: What a reader of the source's current snapshot must find, each row as often as it is there.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.rows: Counter[Trade] = Counter(trades_of(self.table))
        self._rows_at: dict[int, Counter[Trade]] = {}
        self._remember()

    @property
    def table(self) -> Table:
        """The source as it is now."""
        return self.engine.lake.source()

    @property
    def trades(self) -> list[Trade]:
        """The rows as a list."""
        return list(self.rows.elements())

    @property
    def versions(self) -> list[int]:
        """The snapshots that can be gone back to, oldest first; the current one is not among them."""
        table = self.table
        kept = [snapshot.snapshot_id for snapshot in table.metadata.snapshots]
        return [one for one in kept if one in self._rows_at and one != table.metadata.current_snapshot_id]

    def check(self) -> None:
        """The rows are those that PyIceberg's own reader finds: no change was modelled wrongly."""
        assert Counter(trades_of(self.table)) == self.rows

    def append(self, trades: Sequence[Trade]) -> None:
        """New trades, late ones, copies of those that are there: an append of a file for each partition."""
        if trades:
            self.table.append(self._arrow(trades))
            self._became(self.rows + Counter(trades))

    def overwrite(self, start: int, end: int, trades: Sequence[Trade]) -> None:
        """The rows with start <= timestamp < end are replaced: files are written anew (copy on write)."""
        if self._within(start, end):
            self.table.overwrite(self._arrow(trades), overwrite_filter=_between(start, end))
            self._became(self.rows - self._within(start, end) + Counter(trades))

    def delete(self, start: int, end: int) -> None:
        """The rows with start <= timestamp < end go: by metadata where whole files do, else copy on write."""
        if self._within(start, end):
            self.table.delete(_between(start, end))
            self._became(self.rows - self._within(start, end))

    def drop_files(self, wanted: Pick) -> None:
        """Whole data files go, as by a retention or a dropped partition."""
        table = self.table
        tasks = _tasks(table, wanted)
        if tasks:
            gone = Counter(_rows(table, tasks))
            replace_files(table, [task.file for task in tasks], [], Operation.DELETE)
            self._became(self.rows - gone)

    def mask(self, wanted: Pick, every: int = 2, *, scoped: bool = True) -> None:
        """Every so-manieth row of some files goes by position delete files, as other engines write them.

        Args:
            wanted: Which data files.
            every: 1 masks all rows, 2 every other one.
            scoped: One delete file for each data file, naming it in its bounds; else one for each partition, without.
        """
        table = self.table
        tasks = _tasks(table, wanted)
        if not tasks:
            return
        before = Counter(_rows(table, tasks))
        positions = {task.file.file_path: list(range(0, task.file.record_count, every)) for task in tasks}
        delete_rows(table, [task.file for task in tasks], positions, scoped=scoped)
        table = self.table
        paths = set(positions)
        after = Counter(_rows(table, [task for task in _tasks(table) if task.file.file_path in paths]))
        self._became(self.rows - before + after)

    def compact(self, wanted: Pick) -> None:
        """Files are written anew with the rows that are left of them: no row changes."""
        table = self.table
        tasks = _tasks(table, wanted)
        if tasks:
            rewrite_files(table, tasks)
            self._became(self.rows)

    def go_to(self, snapshot_id: int) -> None:
        """Another snapshot becomes the current one: a rollback, a cherry-pick, a fast-forward."""
        self.table.manage_snapshots().set_current_snapshot(snapshot_id=snapshot_id).commit()
        self._became(self._rows_at[snapshot_id])

    def name(self, branch: str) -> None:
        """A branch is made at the head; it keeps the snapshot from expiry and changes nothing else."""
        head = self.table.current_snapshot()
        if head is not None:
            self.table.manage_snapshots().create_branch(head.snapshot_id, branch).commit()

    def expire(self, snapshot_ids: Iterable[int], *, like_java: bool = False) -> None:
        """Old snapshots go; named ones and the current one stay.

        Args:
            snapshot_ids: Which.
            like_java: The children keep the names of their parents. PyIceberg makes orphans of them.
        """
        expire(self.engine, self.table, snapshot_ids, like_java=like_java)

    def replace(self, trades: Sequence[Trade]) -> None:
        """The table is dropped and another one made in its place."""
        table = self.table
        name, schema, spec, properties = table.name(), table.schema(), table.spec(), table.properties
        self.engine.lake.catalog.drop_table(name)
        self.engine.lake.catalog.create_table(name, schema, partition_spec=spec, properties=dict(properties))
        self._rows_at = {}
        self._became(Counter())
        self.append(trades)

    def _within(self, start: int, end: int) -> Counter[Trade]:
        return Counter({row: n for row, n in self.rows.items() if start <= (row.timestamp or 0) < end})

    def _arrow(self, trades: Sequence[Trade]) -> pa.Table:
        schema = schema_to_pyarrow(self.table.schema(), include_field_ids=False)
        return trades_table(trades).select(schema.names).cast(schema)

    def _became(self, rows: Counter[Trade]) -> None:
        self.rows = Counter({row: count for row, count in rows.items() if count})
        self._remember()

    def _remember(self) -> None:
        head = self.table.current_snapshot()
        if head is not None:
            self._rows_at[head.snapshot_id] = self.rows


def trades_of(table: Table) -> list[Trade]:
    """The rows of a table of trades, by PyIceberg's reader."""
    return _trades(table.scan().to_arrow())


def replace_files(
    table: Table,
    removed: Sequence[DataFile],
    added: Sequence[DataFile],
    operation: Operation,
    properties: Mapping[str, str] = EMPTY_DICT,
) -> None:
    """Data files out, data files in, in one snapshot."""
    with table.transaction() as transaction:
        change = _Replacement(operation, transaction, table.io, snapshot_properties=dict(properties))
        with change:
            for file in removed:
                change.delete_data_file(file)
            for file in added:
                change.append_data_file(file)


def rewrite_files(table: Table, tasks: Sequence[FileScanTask]) -> None:
    """Compaction: the live rows of some files in new files, by a snapshot that says that nothing changed."""
    rows = _arrow_rows(table, tasks)
    added = list(_dataframe_to_data_files(table.metadata, rows, table.io)) if rows.num_rows else []
    replace_files(table, [task.file for task in tasks], added, Operation.REPLACE)


def rewrite_all(table: Table) -> None:
    """Compaction of a whole table, by somebody who knows nothing of us."""
    tasks = list(table.scan().plan_files())
    if tasks:
        rewrite_files(table, tasks)


def expire(engine: Engine, table: Table, snapshot_ids: Iterable[int], *, like_java: bool = False) -> None:
    """See `History.expire`; for any table."""
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
    metadata = table.metadata.model_copy(update={"snapshots": left, "snapshot_log": log})
    number = int(table.metadata_location.rsplit("/", 1)[1].split("-", 1)[0]) + 1
    location = f"{metadata.location}/metadata/{number:05d}-{uuid.uuid4()}.metadata.json"
    ToOutputFile.table_metadata(metadata, table.io.new_output(location))
    catalog = engine.lake.catalog
    catalog.drop_table(table.name())
    catalog.register_table(table.name(), location)


def delete_rows(
    table: Table,
    files: Sequence[DataFile],
    positions: Mapping[str, Sequence[int]],
    *,
    scoped: bool = True,
    content: DataFileContent = DataFileContent.POSITION_DELETES,
) -> None:
    """Commit position delete files (merge on read).

    Args:
        table: The table.
        files: The data files concerned, all of the table's current partition spec.
        positions: By path, the rows that go.
        scoped: One delete file a data file, with equal bounds; else one a partition, without bounds.
        content: What the delete files claim to be.
    """
    groups: dict[Any, list[DataFile]] = {}
    for file in files:
        groups.setdefault(file.file_path if scoped else file.partition, []).append(file)
    with table.transaction() as transaction:
        change = _RowDelta(Operation.DELETE, transaction, table.io)
        with change:
            for group in groups.values():
                change.append_data_file(_delete_file(table, group, positions, scoped=scoped, content=content))


def _delete_file(
    table: Table,
    group: list[DataFile],
    positions: Mapping[str, Sequence[int]],
    *,
    scoped: bool,
    content: DataFileContent,
) -> DataFile:
    pairs = sorted((file.file_path, position) for file in group for position in positions[file.file_path])
    columns = [[path for path, _ in pairs], [position for _, position in pairs]]
    rows = pa.table([pa.array(columns[0], pa.string()), pa.array(columns[1], pa.int64())], schema=_DELETES)
    path = f"{table.location()}/data/{uuid.uuid4()}-deletes.parquet"
    output = table.io.new_output(path)
    with output.create() as stream:
        pq.write_table(rows, stream)
    bounds = {FILE_PATH_ID: group[0].file_path.encode()} if scoped else {}
    return DataFile.from_args(
        content=content,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=group[0].partition,
        record_count=rows.num_rows,
        file_size_in_bytes=len(output),
        column_sizes={},
        value_counts={},
        null_value_counts={},
        nan_value_counts={},
        lower_bounds=bounds,
        upper_bounds=dict(bounds),
        key_metadata=None,
        split_offsets=None,
        equality_ids=[1] if content == DataFileContent.EQUALITY_DELETES else None,
        sort_order_id=None,
        spec_id=table.spec().spec_id,
    )


class _DeleteManifest(ManifestWriterV2):
    """A manifest of delete files."""

    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


class _RowDelta(_FastAppendFiles):
    """Adds delete files."""

    def new_manifest_writer(self, spec: PartitionSpec) -> ManifestWriter:
        return _DeleteManifest(spec, self.schema(), self.new_manifest_output(), self._snapshot_id, self._compression)


class _Replacement(_OverwriteFiles):
    """An overwrite that may call itself something else; PyIceberg 0.12 has no totals for a replacement."""

    def _summary(self, snapshot_properties: dict[str, str] = EMPTY_DICT) -> Summary:
        operation, self._operation = self._operation, Operation.OVERWRITE
        try:
            summary = super()._summary(snapshot_properties)
        finally:
            self._operation = operation
        return Summary(operation, **summary.additional_properties)


def _between(start: int, end: int) -> str:
    return f"timestamp >= {start} AND timestamp < {end}"


def _tasks(table: Table, wanted: Pick = everywhere) -> list[FileScanTask]:
    field = table.schema().find_field("timestamp").field_id

    def place(task: FileScanTask) -> tuple[int, int, int]:
        low, high = (
            int.from_bytes((bounds or {}).get(field, b""), "little", signed=True)
            for bounds in (task.file.lower_bounds, task.file.upper_bounds)
        )
        return low, high, task.file.record_count

    ordered = sorted(table.scan().plan_files(), key=place)
    return [task for rank, task in enumerate(ordered) if wanted(Place(rank, *place(task)))]


def _arrow_rows(table: Table, tasks: Sequence[FileScanTask]) -> pa.Table:
    scan = table.scan()
    return ArrowScan(table.metadata, table.io, scan.projection(), scan.row_filter).to_table(tasks)


def _rows(table: Table, tasks: Sequence[FileScanTask]) -> list[Trade]:
    return _trades(_arrow_rows(table, tasks))


def _trades(rows: pa.Table) -> list[Trade]:
    present = [name for name in _COLUMNS if name in rows.column_names]
    return [Trade(**(dict.fromkeys(_COLUMNS) | row)) for row in rows.select(present).to_pylist()]

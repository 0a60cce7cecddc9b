"""Data files in formats and of types that PyIceberg 0.12 does not write, as other programs write them, for tests."""

import json
import struct
import uuid
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc
from pyiceberg.avro.file import AvroOutputFile
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.typedef import EMPTY_DICT, Record
from pyiceberg.types import IcebergType
from pyroaring import BitMap

from engines.lake import Lake
from engines.testing.foreign import foreign_source
from engines.testing.history import History
from engines.testing.oracle import Trade
from engines.testing.surgery import commit_deletes, rewrite_metadata


def append_file(table: Table, trades: Sequence[Trade], format_: FileFormat) -> str:
    """Append trades to an unpartitioned table as one Avro or ORC file without bounds; return its path."""
    path = f"{table.location()}/data/{uuid.uuid4()}.{format_.value.lower()}"
    ids = {field.name: {"iceberg.id": str(field.field_id)} for field in table.schema().fields}
    plain = schema_to_pyarrow(table.schema(), include_field_ids=False)
    schema = pa.schema(field.with_metadata(ids[field.name]) for field in plain)
    rows = _rows(schema, trades)
    if format_ is FileFormat.AVRO:
        with AvroOutputFile[Record](table.io.new_output(path), table.schema(), "trade") as stream:
            stream.write_block([Record(*row.values()) for row in rows.to_pylist()])
    else:
        with table.io.new_output(path).create() as sink:
            orc.write_table(rows, sink)
    _append(table, _described(table, path, format_, len(trades)))
    return path


def _described(
    table: Table,
    path: str,
    format_: FileFormat,
    rows: int,
    *,
    lower: Mapping[int, bytes] = EMPTY_DICT,
    upper: Mapping[int, bytes] = EMPTY_DICT,
    partition: Record | None = None,
    content: DataFileContent = DataFileContent.DATA,
) -> DataFile:
    return DataFile.from_args(
        content=content,
        file_path=path,
        file_format=format_,
        partition=partition or Record(),
        record_count=rows,
        file_size_in_bytes=len(table.io.new_input(path)),
        column_sizes={},
        value_counts={},
        null_value_counts={},
        nan_value_counts={},
        lower_bounds=dict(lower),
        upper_bounds=dict(upper),
        key_metadata=None,
        split_offsets=None,
        equality_ids=None,
        sort_order_id=None,
        spec_id=table.spec().spec_id,
    )


def append_without_partition_columns(table: Table, trades: Sequence[Trade]) -> None:
    """Append trades of one partition by identity, as a Parquet file that lacks the columns of the partition."""
    cut = {field.name for field in table.spec().fields}
    schema = schema_to_pyarrow(table.schema(), include_field_ids=True)
    partition = Record(*(getattr(trades[0], name) for name in cut))
    _append_parquet(table, _rows(pa.schema(field for field in schema if field.name not in cut), trades), partition)


def append_without_ids(table: Table, trades: Sequence[Trade], names: Mapping[str, str]) -> str:
    """Append trades as a Parquet file without field ids, as it was before its table became one of Iceberg's.

    Args:
        table: The table, which is not partitioned.
        trades: The trades.
        names: Our names of the columns, in the order of the file, and their names there.

    Returns:
        The path of the file.
    """
    schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
    rows = _rows(pa.schema(schema.field(name) for name in names), trades)
    return _append_parquet(table, rows.rename_columns(list(names.values())), Record())


def _rows(schema: pa.Schema, trades: Sequence[Trade]) -> pa.Table:
    return pa.Table.from_pylist([{name: getattr(trade, name) for name in schema.names} for trade in trades], schema)


def _append_parquet(table: Table, rows: pa.Table, partition: Record) -> str:
    path = f"{table.location()}/data/{uuid.uuid4()}.parquet"
    with table.io.new_output(path).create() as sink:
        pq.write_table(rows, sink)
    _append(table, _described(table, path, FileFormat.PARQUET, rows.num_rows, partition=partition))
    return path


def nanosecond_source(lake: Lake, type_: IcebergType) -> History:
    """Create the candle tables, and a source of format version 3 whose times are of one of its types."""
    history = foreign_source(lake)
    fields = [
        field.model_copy(update={"field_type": type_}) if field.name == "timestamp" else field
        for field in history.table.schema().fields
    ]
    rewrite_metadata(lake.tables, history.table, schemas=[Schema(*fields)])
    _of_version(history.table, 3)
    return history


def append_nanoseconds(lake: Lake, trades: Sequence[tuple[Trade, int]]) -> None:
    """Append trades to such a source in one file, each with the nanoseconds of its time beyond the microsecond."""
    table = _of_version(lake.tables.source(), 2)
    path = f"{table.location()}/data/{uuid.uuid4()}.parquet"
    times = [(trade.timestamp or 0) * 1000 + rest for trade, rest in trades]
    schema = schema_to_pyarrow(table.schema(), include_field_ids=True)
    columns = [
        pa.array(times).cast(field.type)
        if field.name == "timestamp"
        else pa.array([getattr(trade, field.name) for trade, _ in trades], field.type)
        for field in schema
    ]
    with table.io.new_output(path).create() as sink:
        pq.write_table(pa.table(columns, schema=schema), sink)
    number = table.schema().find_field("timestamp").field_id
    bounds = [{number: time.to_bytes(8, "little", signed=True)} for time in (min(times), max(times))]
    _append(table, _described(table, path, FileFormat.PARQUET, len(trades), lower=bounds[0], upper=bounds[1]))
    _of_version(lake.tables.source(), 3)


def add_column(table: Table, column: Mapping[str, object]) -> None:
    """Make an Iceberg table one of version 3 that has another column, of which its files have nothing.

    Args:
        table: A table of one schema.
        column: The column as table metadata describes it.
    """
    path = Path(table.metadata_location.removeprefix("file://"))
    metadata = json.loads(path.read_text())
    metadata["schemas"][0]["fields"].append(dict(column))
    path.write_text(json.dumps(metadata | {"last-column-id": column["id"]}))
    _of_version(table, 3)


def _of_version(table: Table, version: int) -> Table:
    """The same table with another format version in its metadata file: PyIceberg 0.12 reads version 3, and writes 2."""
    path = Path(table.metadata_location.removeprefix("file://"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format-version": version, "next-row-id": 0}))
    return table.refresh()


def _append(table: Table, file: DataFile) -> None:
    with table.transaction() as transaction, transaction.update_snapshot().fast_append() as append:
        append.append_data_file(file)


def delete_by_vector(lake: Lake, path: str, positions: Sequence[int], *, end: bytes = b"PFA1") -> str:
    """Delete rows of a data file by a deletion vector, as tables of format version 3 have them; return its path.

    Args:
        lake: The lake, whose source is of format version 2 before and 3 after.
        path: The data file.
        positions: Positions of the rows.
        end: The last four bytes of the Puffin file.
    """
    table = lake.tables.source()
    place = f"{table.location()}/data/{uuid.uuid4()}.puffin"
    with table.io.new_output(place).create() as sink:
        sink.write(_puffin(path, positions, end))
    deletes = _described(table, place, FileFormat.PUFFIN, len(positions), content=DataFileContent.POSITION_DELETES)
    commit_deletes(table, [deletes])
    _of_version(lake.tables.source(), 3)
    return place


def _puffin(path: str, positions: Sequence[int], end: bytes) -> bytes:
    """A Puffin file with one deletion vector (Iceberg specification, "Puffin spec", `deletion-vector-v1`)."""
    vector = b"\xd1\xd3\x39\x64" + struct.pack("<qi", 1, 0) + BitMap(positions).serialize()
    blob = struct.pack(">i", len(vector)) + vector + struct.pack(">I", zlib.crc32(vector))
    described = {
        "type": "deletion-vector-v1",
        "fields": [2147483645],
        "snapshot-id": -1,
        "sequence-number": -1,
        "offset": 4,
        "length": len(blob),
        "properties": {"referenced-data-file": path, "cardinality": str(len(positions))},
    }
    footer = json.dumps({"blobs": [described]}).encode()
    return b"PFA1" + blob + b"PFA1" + footer + struct.pack("<i", len(footer)) + bytes(4) + end

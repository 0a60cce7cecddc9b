"""Data files in formats that PyIceberg 0.12 does not write, as other programs write them, for tests."""

import uuid
from collections.abc import Sequence

import pyarrow as pa
from pyarrow import orc
from pyiceberg.avro.file import AvroOutputFile
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import Table
from pyiceberg.typedef import Record

from engines.testing.oracle import Trade


def append_file(table: Table, trades: Sequence[Trade], format_: FileFormat) -> str:
    """Append trades to an unpartitioned table as one Avro or ORC file without bounds; return its path."""
    path = f"{table.location()}/data/{uuid.uuid4()}.{format_.value.lower()}"
    ids = {field.name: {"iceberg.id": str(field.field_id)} for field in table.schema().fields}
    plain = schema_to_pyarrow(table.schema(), include_field_ids=False)
    schema = pa.schema(field.with_metadata(ids[field.name]) for field in plain)
    rows = pa.Table.from_pylist([{name: getattr(trade, name) for name in schema.names} for trade in trades], schema)
    if format_ is FileFormat.AVRO:
        with AvroOutputFile[Record](table.io.new_output(path), table.schema(), "trade") as stream:
            stream.write_block([Record(*row.values()) for row in rows.to_pylist()])
    else:
        with table.io.new_output(path).create() as sink:
            orc.write_table(rows, sink)
    with table.transaction() as transaction, transaction.update_snapshot().fast_append() as append:
        append.append_data_file(_described(table, path, format_, len(trades)))
    return path


def _described(table: Table, path: str, format_: FileFormat, rows: int) -> DataFile:
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=path,
        file_format=format_,
        partition=Record(),
        record_count=rows,
        file_size_in_bytes=len(table.io.new_input(path)),
        column_sizes={},
        value_counts={},
        null_value_counts={},
        nan_value_counts={},
        lower_bounds={},
        upper_bounds={},
        key_metadata=None,
        split_offsets=None,
        equality_ids=None,
        sort_order_id=None,
        spec_id=table.spec().spec_id,
    )

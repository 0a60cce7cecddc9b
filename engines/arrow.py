"""Arrow types and schemas of our columns: engines and their callers exchange rows as Arrow tables."""

from collections.abc import Iterable

import pyarrow as pa

from engines.domain.decimals import Decimals, Scale
from engines.domain.tables import Column

_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "long": pa.int64(),
    "int": pa.int32(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "list<string>": pa.list_(pa.field("element", pa.string())),
    "map<string, string>": pa.map_(pa.string(), pa.string()),
}

_BATCH_ROWS = 65_536


def arrow_type(type_: str | Decimals) -> pa.DataType:
    """The Arrow type of a column's type."""
    return pa.decimal128(type_.precision, type_.scale) if isinstance(type_, Decimals) else _TYPES[type_]


def streamed(schema: pa.Schema, tables: Iterable[pa.Table]) -> pa.RecordBatchReader:
    """Tables as one stream of small record batches; each table is produced when its first batch is requested.

    Args:
        schema: Schema of the stream; every table has its columns, and their types are cast to it.
        tables: The tables. An exception raised by the iterable is raised when the batch is requested.
    """
    batches = (batch for table in tables for batch in table.cast(schema).to_batches(max_chunksize=_BATCH_ROWS))
    return pa.RecordBatchReader.from_batches(schema, batches)


def arrow_schema(columns: Iterable[Column], scale: Scale) -> pa.Schema:
    """The Arrow schema of columns at a scale; required columns are not nullable."""
    return pa.schema(
        [pa.field(column.name, arrow_type(scale.type_of(column.type)), not column.required) for column in columns]
    )


def as_read(schema: pa.Schema) -> pa.Schema:
    """The schema of rows that are read: no column is required, texts are large, as PyIceberg and Polars have them."""
    return pa.schema(
        field.with_nullable(True).with_type(pa.large_string() if field.type == pa.string() else field.type)
        for field in schema
    )

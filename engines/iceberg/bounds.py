"""Bounds of a column of instants, read from a data file whose manifest has none: a guess could lose trades."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import orc
from pyiceberg.avro.file import AvroFile
from pyiceberg.io import InputFile
from pyiceberg.manifest import DataFile, FileFormat
from pyiceberg.table import Table
from pyiceberg.table.name_mapping import NameMapping
from pyiceberg.typedef import Record
from pyiceberg.types import NestedField

_FIELD_IDS = (b"PARQUET:field_id", b"iceberg.id")
"""Keys of a column's metadata under which PyArrow has the field id of a Parquet and of an ORC file."""
_BATCH = 65_536


def read_bounds(table: Table, file: DataFile, field: NestedField) -> tuple[int, int]:
    """Least and greatest value of a column in a file.

    Returns:
        The two values; (0, -1) if the file lacks the column or it holds only null.

    Raises:
        Exception: Whatever the library raises that reads files of this format.
    """
    read = _READERS[file.file_format]
    low: int | None = None
    high: int | None = None
    for column in read(table.io.new_input(file.file_path), field, table.name_mapping()):
        least, greatest = pc.min_max(column.cast(pa.int64())).values()
        if least.is_valid:
            low = least.as_py() if low is None else min(low, least.as_py())
            high = greatest.as_py() if high is None else max(high, greatest.as_py())
    return (low, high) if low is not None and high is not None else (0, -1)


def _parquet(file: InputFile, field: NestedField, mapping: NameMapping | None) -> Iterator[pa.Array]:
    with file.open() as stream:
        parquet = pq.ParquetFile(stream)
        name = _column_name(parquet.schema_arrow, field, mapping)
        if name is not None:
            yield from (batch.column(0) for batch in parquet.iter_batches(columns=[name]))


def _orc(file: InputFile, field: NestedField, mapping: NameMapping | None) -> Iterator[pa.Array]:
    with file.open() as stream:
        stripes = orc.ORCFile(stream)
        name = _column_name(stripes.schema, field, mapping)
        if name is not None:
            yield from (stripes.read_stripe(n, columns=[name]).column(0) for n in range(stripes.nstripes))


def _avro(file: InputFile, field: NestedField, _: NameMapping | None) -> Iterator[pa.Array]:
    # All columns are read: PyIceberg 0.12 loses its place where it has to pass over a decimal.
    with AvroFile[Record](file) as rows:
        place = next((n for n, column in enumerate(rows.schema.fields) if column.field_id == field.field_id), None)
        values = iter(()) if place is None else (row[place] for row in rows)
        while batch := list(islice(values, _BATCH)):
            yield pa.array(batch, pa.int64())


def _column_name(columns: pa.Schema, field: NestedField, mapping: NameMapping | None) -> str | None:
    """Name of a field's column in a file; None if the file lacks it.

    A column is found by field id. Files that were there before their table became one of Iceberg's have none: the
    table's name mapping tells their names, and without one nothing does but the field's own name.

    Raises:
        ValueError: The file has no field ids, the table no name mapping, and no column the field's name.
    """
    ids = {column.name: next(filter(None, map((column.metadata or {}).get, _FIELD_IDS)), None) for column in columns}
    if any(ids.values()):
        return next((name for name, number in ids.items() if number == str(field.field_id).encode()), None)
    if mapping is not None:
        mapped = next((each.names for each in mapping.root if each.field_id == field.field_id), [])
        return next((name for name in mapped if name in ids), None)
    if field.name not in ids:
        raise ValueError(f"it has no field ids, no column {field.name}, and the table has no name mapping")
    return str(field.name)


_READERS: Mapping[FileFormat, Callable[[InputFile, NestedField, NameMapping | None], Iterator[pa.Array]]] = {
    FileFormat.PARQUET: _parquet,
    FileFormat.ORC: _orc,
    FileFormat.AVRO: _avro,
}

"""Writes Arrow rows as data files by partition: Parquet with page checksums, and the statistics that Iceberg needs."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    DataFileStatistics,
    _get_parquet_writer_kwargs,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    schema_to_pyarrow,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionFieldValue, PartitionKey
from pyiceberg.table import Table
from pyiceberg.typedef import Record

from engines.faults import Point, passing
from engines.iceberg.integrity import data_file_name


class NewFiles(Protocol):
    """Data files that are written but not yet committed, so that no reader of the table sees them.

    Attributes:
        table: The handle to commit them through.
        written: The files.
        bytes_written: Their total size.
    """

    table: Table
    written: list[DataFile]

    @property
    def bytes_written(self) -> int:
        """Total size of the files."""

    def discard(self) -> None:
        """Discard the files. Only allowed if certainly no snapshot of the table references them."""


@dataclass
class DataFileWriter:
    """Writes rows of one table into new data files, which no snapshot references until they are committed.

    Attributes:
        table: The table; its current schema, partition spec and properties are used.
        written: The files written so far.
    """

    table: Table
    written: list[DataFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._schema = self.table.schema()
        self._arrow_schema = schema_to_pyarrow(self._schema, include_field_ids=True)
        self._names = [f.name for f in self._schema.fields]
        # Computed once per writer, not once per file: fine partitions lead to tens of thousands of files.
        self._encoding = _get_parquet_writer_kwargs(self.table.properties)
        self._statistics_plan = compute_statistics_plan(self._schema, self.table.properties)
        self._field_ids = parquet_path_to_id_mapping(self._schema)
        self._locations = self.table.location_provider()
        self._write_id = uuid.uuid4()
        self._begun: list[str] = []

    @property
    def bytes_written(self) -> int:
        """Total size of the files written so far."""
        return sum(file.file_size_in_bytes for file in self.written)

    def write(self, rows: pa.Table) -> None:
        """Write one file for each partition of the rows; the order of rows within a file is kept.

        Columns of the table that the rows lack are written as null. Raises pa.ArrowInvalid if a value does not fit
        its column.
        """
        if rows.num_rows == 0:
            return
        complete = self._completed(rows)
        for key, part in self._files(self._partitions(complete)):
            self.written.append(self._write_file(key, part))
        passing(Point.WRITTEN)

    def discard(self) -> None:
        """Delete the files. Only allowed if certainly no snapshot references them."""
        for path in self._begun:
            with suppress(FileNotFoundError):
                self.table.io.delete(path)
        self._begun.clear()
        self.written.clear()

    def _completed(self, rows: pa.Table) -> pa.Table:
        columns = [
            rows[f.name].cast(f.type) if f.name in rows.column_names else pa.nulls(rows.num_rows, f.type)
            for f in self._arrow_schema
        ]
        return pa.Table.from_arrays(columns, schema=self._arrow_schema)

    def _partitions(self, rows: pa.Table) -> Iterator[tuple[PartitionKey | None, pa.Table]]:
        """Split the rows by partition: sort them stably by their partition values and cut where these change."""
        spec = self.table.spec()
        if not spec.fields:
            yield None, rows
            return
        values = pa.table(
            {
                str(i): f.transform.pyarrow_transform(self._schema.find_field(f.source_id).field_type)(
                    rows[self._schema.find_column_name(f.source_id)].combine_chunks()
                )
                for i, f in enumerate(spec.fields)
            }
        )
        order = pc.sort_indices(values, sort_keys=[(name, "ascending") for name in values.column_names])
        values, rows = values.take(order), rows.take(order)
        starts = _run_starts(values)
        for start, end in zip(starts, [*starts[1:], rows.num_rows], strict=True):
            record = values.slice(start, 1).to_pylist()[0]
            key = PartitionKey(
                field_values=[PartitionFieldValue(f, record[str(i)]) for i, f in enumerate(spec.fields)],
                partition_spec=spec,
                schema=self._schema,
            )
            yield key, rows.slice(start, end - start)

    def _files(
        self, partitions: Iterator[tuple[PartitionKey | None, pa.Table]]
    ) -> Iterator[tuple[PartitionKey | None, pa.Table]]:
        """The rows of each file to write; a subclass may cut partitions into several."""
        return partitions

    def _write_file(self, key: PartitionKey | None, rows: pa.Table) -> DataFile:
        content, statistics = self._encoded(rows)
        name = data_file_name(len(self.written), self._write_id, content)
        path = self._locations.new_data_location(name, key)
        self._begun.append(path)
        with self.table.io.new_output(path).create() as stream:
            stream.write(content)
        return DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=path,
            file_format=FileFormat.PARQUET,
            partition=key.partition if key is not None else Record(),
            file_size_in_bytes=len(content),
            sort_order_id=None,
            spec_id=self.table.spec().spec_id,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )

    def _encoded(self, rows: pa.Table) -> tuple[bytes, DataFileStatistics]:
        """The rows as the bytes of a Parquet file with page checksums, which PyIceberg has no option for."""
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(
            sink,
            rows.schema,
            store_decimal_as_integer=True,
            write_page_checksum=True,
            **self._encoding,
        ) as writer:
            writer.write(rows)
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=writer.writer.metadata,
            stats_columns=self._statistics_plan,
            parquet_column_mapping=self._field_ids,
        )
        return sink.getvalue().to_pybytes(), statistics


def _run_starts(values: pa.Table) -> list[int]:
    """Indices of the rows that differ from the one before, the first included; null equals null."""
    changed = None
    for column in values.columns:
        filled = column.combine_chunks().dictionary_encode(null_encoding="encode").indices
        differs = pc.not_equal(filled.slice(1), filled.slice(0, len(filled) - 1))
        changed = differs if changed is None else pc.or_(changed, differs)
    return [0, *(i + 1 for i in pc.indices_nonzero(changed).to_pylist())]

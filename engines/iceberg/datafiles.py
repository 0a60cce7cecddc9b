"""Writes Arrow rows as data files by partition: Parquet with page checksums, and the statistics that Iceberg needs."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlparse

import pyarrow as pa
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionKey
from pyiceberg.table import Table
from pyiceberg.typedef import Record

from engines.faults import Point, passing
from engines.iceberg.at_a_time import each
from engines.iceberg.encoding import Encoding
from engines.iceberg.integrity import data_file_name
from engines.iceberg.partitions import Partitioning
from engines.iceberg.schema import check_writable

_AT_A_TIME = 4
"""Number of files that are written at a time: a store far away answers each in some 30 ms."""

_FEW_ROWS = 100_000
"""Number of rows up to which files are written one by one to a disk of this machine: threads take longer than that."""


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
        check_writable(self.table)
        self._encoding = Encoding(self.table)
        self._partitioning = Partitioning(self.table)
        self._locations = self.table.location_provider()
        self._is_local = urlparse(self._locations.data_path).scheme in ("", "file")
        self._write_id = str(uuid.uuid4())
        self._spec_id = self.table.spec().spec_id
        self._begun: list[str] = []

    @property
    def schema(self) -> pa.Schema:
        """The table's columns."""
        return self._encoding.schema

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
        parts = self._files(self._partitioning.split(self._completed(rows)))
        numbered = ((len(self.written) + i, key, part) for i, (key, part) in enumerate(parts))
        at_a_time = 1 if self._is_local and rows.num_rows <= _FEW_ROWS else _AT_A_TIME
        self.written.extend(each(lambda file: self._write_file(*file), numbered, at_a_time))
        passing(Point.WRITTEN)

    def discard(self) -> None:
        """Delete the files. Only allowed if certainly no snapshot references them."""
        for path in self._begun:
            with suppress(FileNotFoundError):
                self.table.io.delete(path)
        self._begun.clear()
        self.written.clear()

    def _completed(self, rows: pa.Table) -> pa.Table:
        schema = self._encoding.schema
        columns = [
            rows[f.name].cast(f.type) if f.name in rows.column_names else pa.nulls(rows.num_rows, f.type)
            for f in schema
        ]
        return pa.Table.from_arrays(columns, schema=schema)

    def _files(
        self, partitions: Iterator[tuple[PartitionKey | None, pa.Table]]
    ) -> Iterator[tuple[PartitionKey | None, pa.Table]]:
        """The rows of each file to write; a subclass may cut partitions into several."""
        return partitions

    def _write_file(self, number: int, key: PartitionKey | None, rows: pa.Table) -> DataFile:
        content, statistics = self._encoding.encoded(rows)
        path = self._locations.new_data_location(data_file_name(number, self._write_id, content), key)
        self._begun.append(path)
        # No other file has this name, so the store need not be asked whether there is one.
        with self.table.io.new_output(path).create(overwrite=True) as stream:
            stream.write(content)
        return DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=path,
            file_format=FileFormat.PARQUET,
            partition=key.partition if key is not None else Record(),
            file_size_in_bytes=len(content),
            sort_order_id=None,
            spec_id=self._spec_id,
            equality_ids=None,
            key_metadata=None,
            **statistics,
        )

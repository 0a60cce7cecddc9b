"""Reads rows of the table of trades as they are stored, file by file, for orders that remove or rewrite some."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import FileScanTask, Table

from engines.iceberg.diagnosis import reading_head

WHERE = ("exchange", "symbol", "timestamp")
"""Columns that tell which candles a trade is in."""


def stored_rows(
    table: Table,
    task: FileScanTask,
    columns: Iterable[str] | None = None,
    wanted: BooleanExpression = AlwaysTrue(),  # noqa: B008 - it has no state
) -> Iterator[pa.RecordBatch]:
    """The rows of one data file without those that its delete files delete; one file is in memory.

    Args:
        table: The table, by whose current schema the file is read.
        task: The data file, and its delete files.
        columns: Names of the columns; None: all.
        wanted: Which rows.

    Raises:
        UsageError: The file cannot be read.
        Unavailable: The file is missing, or the storage does not answer.
    """
    schema = table.schema()
    projected = schema if columns is None else schema.select(*columns)
    with reading_head(table, [task.file.file_path]):
        yield from ArrowScan(table.metadata, table.io, projected, wanted).to_record_batches([task])

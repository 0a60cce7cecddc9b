"""Record batches on their way to a file: gathered into tables, the next of which is read while one is written."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

ROWS = 250_000
"""Rows of a table that is written at a time: about 40 MB, and a row group of Parquet."""


def gathered(batches: Iterable[pa.RecordBatch], schema: pa.Schema, rows: int = ROWS) -> Iterator[pa.Table]:
    """Yield tables of at most about so many rows; nothing is copied."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if held and size + batch.num_rows > rows:
            yield pa.Table.from_batches(held, schema)
            held, size = [], 0
        held.append(batch)
        size += batch.num_rows
    if size:
        yield pa.Table.from_batches(held, schema)


def ahead(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield tables, the next of which is read in a thread meanwhile. What fails in reading is raised in its turn."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, tables, None)
        while (table := coming.result()) is not None:
            coming = thread.submit(next, tables, None)
            yield table

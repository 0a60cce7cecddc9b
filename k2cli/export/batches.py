"""Record batches on their way to a file, gathered into tables."""

from collections.abc import Generator, Iterable

import pyarrow as pa

ROWS = 250_000
"""Rows of a table that is written at a time: about 40 MB, and a row group of Parquet."""


def gathered(batches: Iterable[pa.RecordBatch], schema: pa.Schema, rows: int = ROWS) -> Generator[pa.Table, None, None]:
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

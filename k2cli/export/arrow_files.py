"""Parquet and Feather: rows as they are, with exact decimals and times in UTC."""

import pyarrow as pa
import pyarrow.parquet as pq

from k2cli.export.sinks import Stream

_REPEATED = (pa.types.is_string, pa.types.is_large_string, pa.types.is_date)
"""Types of columns whose values repeat: a dictionary makes them small. Prices and volumes hardly do."""


class ParquetFile:
    """Writes tables as row groups of a Parquet file.

    Args:
        stream: Where to write; it stays open.
        schema: Schema of the tables.
    """

    def __init__(self, stream: Stream, schema: pa.Schema) -> None:
        repeated = [field.name for field in schema if any(holds(field.type) for holds in _REPEATED)]
        self._writer = pq.ParquetWriter(
            stream, schema, compression="zstd", compression_level=1, use_dictionary=repeated or False
        )

    def write(self, table: pa.Table) -> None:
        """Write a row group."""
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


class FeatherFile:
    """Writes tables as record batches of an Arrow IPC file, which is Feather of version 2.

    Args:
        stream: Where to write; it stays open.
        schema: Schema of the tables.
    """

    def __init__(self, stream: Stream, schema: pa.Schema) -> None:
        self._writer = pa.ipc.new_file(stream, schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))

    def write(self, table: pa.Table) -> None:
        """Write the rows."""
        self._writer.write_table(table)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()

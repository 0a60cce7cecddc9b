"""Files in each format, written table by table."""

import gzip
from typing import Protocol

import pyarrow as pa

from k2cli.export import texts
from k2cli.export.arrow_files import FeatherFile, ParquetFile
from k2cli.export.formats import Format
from k2cli.export.sinks import Stream
from k2cli.export.text_file import TextFile

_EFFORT = 5
"""Level of gzip: nearly as small as its default, 9, in half of the time."""


class File(Protocol):
    """A file that is being written."""

    def write(self, table: pa.Table) -> None:
        """Write the rows of a table."""

    def close(self) -> None:
        """Write what stands behind the rows; the stream stays open."""


class _Packed:
    """A file inside a gzip stream."""

    def __init__(self, stream: Stream, schema: pa.Schema, format_: Format) -> None:
        self._packing = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=_EFFORT, mtime=0, filename="")
        self._file = new_file(self._packing, schema, format_)

    def write(self, table: pa.Table) -> None:
        self._file.write(table)

    def close(self) -> None:
        self._file.close()
        self._packing.close()


def new_file(stream: Stream, schema: pa.Schema, format_: Format) -> File:
    """Begin a file in a stream, which stays open at its end.

    Args:
        stream: Where to write.
        schema: Schema of the tables.
        format_: The format.

    Raises:
        UsageError: The format cannot hold a column.
    """
    match format_:
        case Format.PARQUET:
            return ParquetFile(stream, schema)
        case Format.FEATHER:
            return FeatherFile(stream, schema)
        case Format.CSV:
            return TextFile(stream, schema, texts.csv)
        case Format.CSV_GZ:
            return _Packed(stream, schema, Format.CSV)
        case Format.NDJSON:
            return TextFile(stream, schema, texts.ndjson)
        case Format.JSON:
            return TextFile(stream, schema, texts.json_items, (b"[\n", b"\n]\n"))

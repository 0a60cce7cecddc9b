"""A file of Arrow's own format, with an index at its end (Feather) or as a stream, read as rows of text."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyarrow import ipc

from k2cli.trades.errors import FileUnreadable
from k2cli.trades.files import Member, Stream
from k2cli.trades.formats.arrow_blocks import BLOCK_LIMIT, unpacked_sizes
from k2cli.trades.formats.columns import ColumnReader, first_rows
from k2cli.trades.formats.content import SAMPLE_ROWS, Format, height_of
from k2cli.trades.formats.parquet_file import intact
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.layouts.head import SHOWN
from k2cli.trades.rows import TextRows, no_rows

FILE_MAGIC = b"ARROW1\0\0"
STREAM_MAGIC = b"\xff\xff\xff\xff"
OLD_MAGIC = b"FEA1"
_END = STREAM_MAGIC + bytes(4)


@dataclass(frozen=True, slots=True)
class ArrowRows:
    """The rows of an Arrow file.

    Attributes:
        content: The file.
        placement: Which column is which.
        sample: The first rows.
    """

    content: "ArrowContent"
    placement: Placement
    sample: TextRows

    def rows(self, size: int) -> Iterator[TextRows]:
        """All rows, in runs of about `size` bytes of text."""
        return _rows(self.content, self.placement, height_of(size))

    def last_line(self) -> int:
        """The number of the last row."""
        with self.content.batches() as (_, batches):
            return sum(batch.num_rows for batch in batches)


@dataclass(frozen=True, slots=True)
class ArrowContent:
    """An Arrow file.

    Attributes:
        member: Where it lies.
        streamed: Whether it is a stream, which has no index.
    """

    member: Member
    streamed: bool
    format: Format = field(default="feather", init=False)

    def heads(self) -> Iterator[Head]:
        """The only place where rows begin.

        Raises:
            FileUnreadable: If it is corrupt.
        """
        with self.batches() as (schema, batches):
            batch = next((batch for batch in batches if batch.num_rows), None)
            yield Head(tuple(schema.names), () if batch is None else first_rows(batch.slice(0, SHOWN)), line=0)

    def rows(self, head: Head, placement: Placement) -> ArrowRows:  # noqa: ARG002 - there is one place only
        """All its rows.

        Raises:
            FileUnreadable: If it is corrupt.
            NotTrades: If a column has a type that is not exact, such as a float of 32 bits.
        """
        sample = next(_rows(self, placement, SAMPLE_ROWS), no_rows(placement.needed))
        return ArrowRows(self, placement, sample)

    @contextmanager
    def batches(self) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
        """The types of the columns, and the rows in runs as they were written."""
        if self.streamed:
            with self.member.open() as stream, intact(self.member):
                ended = _Ended(stream)
                reader = ipc.open_stream(pa.PythonFile(ended, "r"))
                yield reader.schema, _streamed(reader, ended)
        else:
            with (
                self.member.open_anywhere() as place,
                intact(self.member),
                _readable(place) as readable,
                ipc.open_file(readable) as file,
            ):
                yield file.schema, (file.get_batch(number) for number in range(file.num_record_batches))


def arrow_content(member: Member, *, streamed: bool) -> ArrowContent:
    """Look at the blocks of an Arrow file.

    Raises:
        FileUnreadable: One of them is too large to be read, or corrupt.
    """
    try:
        with _messages(member, streamed=streamed) as messages:
            largest = max(unpacked_sizes(messages), default=0)
    except struct.error as error:
        raise FileUnreadable(f"{member.name} is corrupt: {error}", hint="download it again") from error
    if largest > BLOCK_LIMIT:
        raise _too_large(member.name, largest)
    return ArrowContent(member, streamed)


@contextmanager
def _messages(member: Member, *, streamed: bool) -> Iterator[ipc.MessageReader]:
    if streamed:
        with member.open() as stream, intact(member):
            yield ipc.MessageReader.open_stream(pa.PythonFile(_Ended(stream), "r"))
    else:
        with member.open_anywhere() as place, intact(member), _readable(place) as readable:
            readable.seek(len(FILE_MAGIC))
            yield ipc.MessageReader.open_stream(readable)


def _readable(place: Path | IO[bytes]) -> IO[bytes] | pa.MemoryMappedFile:
    return pa.memory_map(str(place)) if isinstance(place, Path) else place


def _too_large(name: str, size: int) -> FileUnreadable:
    return FileUnreadable(f"{name} is corrupt, or has a block of {size} bytes", hint="write it in runs of fewer rows")


class _Ended:
    """A stream of which the last bytes are remembered: the end of all rows is marked there."""

    closed = False

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.last = b""
        self.name = stream.name

    def read(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            FileUnreadable: They are more than is kept at once.
        """
        if size > BLOCK_LIMIT:
            raise _too_large(self.name, size)
        data = self._stream.read(size)
        self.last = (self.last + data)[-len(_END) :]
        return data


def _streamed(reader: ipc.RecordBatchStreamReader, stream: _Ended) -> Iterator[pa.RecordBatch]:
    yield from reader
    if stream.last != _END:
        raise FileUnreadable(f"{stream.name} is truncated: it ends in the middle", hint="download it again")


def _rows(content: ArrowContent, placement: Placement, height: int) -> Iterator[TextRows]:
    first, member = 1, content.member
    with content.batches() as (schema, batches):
        wanted = {name: column for name, column in zip(schema.names, placement.columns, strict=True) if column}
        reader = ColumnReader(member.name, wanted)
        for batch in batches:
            for start in range(0, batch.num_rows, height):
                part = batch.slice(start, height)
                yield reader.rows(part, first, 0)
                first += part.num_rows
    if first > 1:  # how far the file was read is not known before
        yield replace(no_rows(placement.needed), bytes_read=member.disk_size)

"""Text cut into blocks of whole lines, with the number of the line at which each begins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from k2cli.trades.errors import NotTrades
from k2cli.trades.files import Stream
from k2cli.trades.formats.content import BOM
from k2cli.trades.rejects import TEXT_LIMIT

LINE_LIMIT = 1 << 20
"""Bytes a line may have, before the file is taken for something else."""

_DIGIT = re.compile(rb"[0-9]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class TextBlock:
    """Whole lines of a file.

    Attributes:
        file: The file, for messages.
        data: The lines, with their ends.
        line: The physical line of the first one, from 1.
    """

    file: str
    data: bytes
    line: int

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines without their ends; the first is line number `line`."""
        return self.data.removesuffix(b"\n").split(b"\n")

    def text(self, line: int) -> str:
        """A line for a report."""
        return self.lines[line - self.line].rstrip(b"\r").decode()[:TEXT_LIMIT]


def blocks(stream: Stream, size: int, *, skip: int = 0) -> Iterator[TextBlock]:
    """Cut a text into blocks.

    Args:
        stream: The content from its start; a byte order mark is dropped.
        size: Bytes read at a time: a block is about as long, and never shorter than its one line.
        skip: Lines at the start that are left out (a header); they are counted.

    Raises:
        NotTrades: If the bytes are no UTF-8 text, or a line has no end.
    """
    carry = _first_line(stream)
    for _ in range(skip):
        carry = stream.readline(LINE_LIMIT)
    line = skip + 1
    while data := stream.read(size):
        end = data.rfind(b"\n") + 1
        if end:
            block = _checked(TextBlock(stream.name, carry + data[:end], line))
            yield block
            line += block.data.count(b"\n")
        carry = data[end:] if end else carry + data
        if len(carry) > LINE_LIMIT:
            raise NotTrades(f"{stream.name}: line {line} does not end within {LINE_LIMIT} bytes: this is no table")
    if carry:
        yield _checked(TextBlock(stream.name, carry, line))


def _first_line(stream: Stream) -> bytes:
    line = stream.readline(LINE_LIMIT)
    if line.startswith(_UTF16):
        raise NotTrades(f"{stream.name} is UTF-16 text", hint="save it as UTF-8")
    return _header_in_utf8(line.removeprefix(BOM))


def _header_in_utf8(line: bytes) -> bytes:
    """A first line without digits that is no UTF-8: OKX wrote Chinese names of columns in GB 18030."""
    if line.isascii() or _DIGIT.search(line):
        return line
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("gb18030", errors="replace").encode()
    return line


def _checked(block: TextBlock) -> TextBlock:
    if b"\0" in block.data:
        raise NotTrades(f"{block.file} is a binary file", hint="csv and parquet are read, plain, gzipped or zipped")
    if not block.data.isascii():
        try:
            block.data.decode()
        except UnicodeDecodeError as error:
            line = block.line + block.data.count(b"\n", 0, error.start)
            raise NotTrades(f"{block.file}: line {line} is not UTF-8", hint="save the file as UTF-8") from error
    return block

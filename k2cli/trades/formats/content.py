"""What formats of files have in common: a look at how the rows begin, and then the rows as text."""

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from k2cli.trades.layouts import Head, Placement
from k2cli.trades.rows import TextRows

Format = Literal["csv", "json", "json-lines", "parquet", "feather"]

BOM = b"\xef\xbb\xbf"
"""What may stand before a text."""

SAMPLE_ROWS = 10_000
"""Rows that are looked at to tell unit and direction, in formats that have no lines."""

_BYTES_A_ROW = 128


def height_of(size: int) -> int:
    """About as many rows as `size` bytes of text are."""
    return max(1, size // _BYTES_A_ROW)


class Rows(Protocol):
    """The rows of a file, or of a member of an archive."""

    @property
    def placement(self) -> Placement:
        """Which field is which."""

    @property
    def sample(self) -> TextRows:
        """The first rows."""

    def rows(self, size: int) -> Iterator[TextRows]:
        """All rows from the start, in runs of about `size` bytes of text; to be asked any number of times."""

    def last_line(self) -> int:
        """The number of the last line; in files without lines, of the last row."""


class Content(Protocol):
    """A file in which something is, before its layout is known."""

    @property
    def format(self) -> Format:
        """How its rows are written."""

    def heads(self) -> Iterable[Head]:
        """The places where rows may begin, in the file's order; in text the first lines, in JSON the lists."""

    def rows(self, head: Head, placement: Placement) -> Rows:
        """The rows that begin there, once it is known which field is which."""

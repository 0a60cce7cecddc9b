"""A CSV file read as rows of text."""

from collections.abc import Iterator
from dataclasses import dataclass

from k2cli.trades.archives import Member
from k2cli.trades.csv_fields import fields_of, rows_of
from k2cli.trades.errors import NotTrades
from k2cli.trades.layouts import Layout
from k2cli.trades.placement import Placement, place
from k2cli.trades.rows import TextRows
from k2cli.trades.streams import line_count
from k2cli.trades.text_blocks import TextBlock, blocks

SAMPLE = 1 << 20
"""Bytes at the start that are looked at to tell header and unit, whatever the size of the blocks is later."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """Text with one trade a line.

    Attributes:
        member: Where it lies.
        placement: Which field is which.
        skip: Lines before the first trade: blank ones, then the header.
        sample: The first rows.
    """

    member: Member
    placement: Placement
    skip: int
    sample: TextRows

    def rows(self, size: int) -> Iterator[TextRows]:
        """All rows, in runs of about `size` bytes of text."""
        with self.member.open() as stream:
            for block in blocks(stream, size, skip=self.skip):
                yield rows_of(block, self.placement, stream.position)

    def last_line(self) -> int:
        """The number of the last line."""
        with self.member.open() as stream:
            return line_count(stream)


def csv_file(member: Member, layout: Layout) -> CsvFile:
    """Look at the start of a CSV file.

    Raises:
        NotTrades: If it is empty, or no UTF-8 text.
        LayoutMismatch: If it is not in the layout.
    """
    with member.open() as stream:
        start = next(blocks(stream, SAMPLE), None)
    if start is None:
        raise NotTrades(f"{member.name} is empty")
    lines = start.lines
    skip = next((index for index, line in enumerate(lines) if line.strip()), None)
    if skip is None:
        raise NotTrades(f"{member.name} holds nothing but blank lines")
    placement = place(member.name, layout, fields_of(member.name, lines[skip].decode()))
    skip += placement.header
    rest = TextBlock(member.name, b"\n".join(lines[skip:]) + b"\n", skip + 1)
    return CsvFile(member, placement, skip, rows_of(rest, placement, 0))

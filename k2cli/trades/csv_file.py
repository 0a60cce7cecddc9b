"""A CSV file read as rows of text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from k2cli.trades.archives import Member
from k2cli.trades.csv_fields import fields_of, rows_of
from k2cli.trades.layouts import Layout
from k2cli.trades.placement import Placement, place
from k2cli.trades.rejects import WRONG_NUMBER_OF_FIELDS, Reject
from k2cli.trades.rows import TextRows, no_rows
from k2cli.trades.streams import line_count
from k2cli.trades.text_blocks import TextBlock, blocks

SAMPLE = 1 << 20
"""Bytes at the start that are looked at to tell header and unit, whatever the size of the blocks is later."""

_LINES_BEFORE = 100
"""Lines that are looked at for the header or the first trade: what other programs write above is a few lines."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """Text with one trade a line.

    Attributes:
        member: Where it lies.
        placement: Which field is which.
        skip: Lines before the first trade, up to the header.
        above: Lines above the header that are not blank.
        sample: The first rows.
    """

    member: Member
    placement: Placement
    skip: int
    above: tuple[Reject, ...]
    sample: TextRows

    def rows(self, size: int) -> Iterator[TextRows]:
        """All rows, in runs of about `size` bytes of text."""
        if self.above:
            yield replace(no_rows(self.placement.needed), rejects=self.above)
        with self.member.open() as stream:
            for block in blocks(stream, size, skip=self.skip):
                yield rows_of(block, self.placement, stream.position)

    def last_line(self) -> int:
        """The number of the last line."""
        with self.member.open() as stream:
            return line_count(stream)


def csv_file(member: Member, layout: Layout, *, contracts: bool) -> CsvFile | None:
    """Look at the start of a CSV file; None if there is nothing in it.

    Args:
        member: The file.
        layout: The layout that was asked for.
        contracts: Whether the quantities of its symbol are numbers of contracts.

    Raises:
        NotTrades: If it is no UTF-8 text.
        LayoutMismatch: If it is not in the layout.
    """
    with member.open() as stream:
        start = next((block for block in blocks(stream, SAMPLE) if block.data.strip()), None)
    if start is None:
        return None
    numbers = [number for number, line in enumerate(start.lines, start.line) if line.strip()]
    first = numbers[:_LINES_BEFORE]
    fields = (fields_of(member.name, start.lines[number - start.line].decode()) for number in first)
    placement, index = place(member.name, layout, fields, contracts=contracts)
    if not placement.header:
        return CsvFile(member, placement, 0, (), rows_of(start, placement, 0))
    above = tuple(
        Reject(member.name, number, WRONG_NUMBER_OF_FIELDS, start.text(number)) for number in islice(first, index)
    )
    skip = first[index]
    rest = TextBlock(member.name, b"\n".join(start.lines[skip + 1 - start.line :]) + b"\n", skip + 1)
    return CsvFile(member, placement, skip, above, rows_of(rest, placement, 0))

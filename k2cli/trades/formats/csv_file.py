"""A CSV file: text with one trade a line."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from k2cli.trades.errors import LayoutMismatch
from k2cli.trades.files import Member, line_count
from k2cli.trades.formats.content import Format
from k2cli.trades.formats.csv_fields import rows_of
from k2cli.trades.formats.dialect import Delimiter, Dialect, Point, detected
from k2cli.trades.formats.text_blocks import TextBlock, blocks
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.layouts.head import SHOWN, names_columns
from k2cli.trades.rejects import WRONG_NUMBER_OF_FIELDS, Reject
from k2cli.trades.rows import TextRows, no_rows

SAMPLE = 1 << 20
"""Bytes at the start that are looked at to tell header and unit, whatever the size of the blocks is later."""

_LINES_BEFORE = 100
"""Lines that are looked at for the header or the first trade: what other programs write above is a few lines."""


@dataclass(frozen=True, slots=True)
class CsvRows:
    """The rows of a CSV file.

    Attributes:
        member: Where it lies.
        dialect: How its lines are cut.
        placement: Which field is which.
        skip: Lines before the first trade, up to the header.
        above: Lines above the header that are not blank.
        sample: The first rows.
    """

    member: Member
    dialect: Dialect
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
                yield rows_of(block, self.placement, self.dialect, stream.position)

    def last_line(self) -> int:
        """The number of the last line."""
        with self.member.open() as stream:
            return line_count(stream)


@dataclass(frozen=True, slots=True)
class CsvContent:
    """The start of a CSV file.

    Attributes:
        member: Where it lies.
        start: Its first block that is not blank.
        dialect: How its lines are cut.
    """

    member: Member
    start: TextBlock
    dialect: Dialect
    format: Format = field(default="csv", init=False)

    def heads(self) -> Iterable[Head]:
        """The first lines: a row may begin at each of them, for what other programs write above is no table."""
        lines = list(islice(_lines(self.start), _LINES_BEFORE + SHOWN))
        cut = [(number, tuple(self._fields(number, text))) for number, text in lines]
        for index, (number, fields) in enumerate(cut[:_LINES_BEFORE]):
            following = tuple(row for _, row in cut[index : index + SHOWN])
            if names_columns(fields):
                yield Head(tuple(name.strip() for name in fields), following[1:], line=number)
            else:
                yield Head((), following, line=number)

    def rows(self, head: Head, placement: Placement) -> CsvRows:
        """The rows that begin at a line, or below it if it names the columns."""
        if not placement.header:
            sample = rows_of(self.start, placement, self.dialect, 0)
            return CsvRows(self.member, self.dialect, placement, 0, (), sample)
        above = tuple(
            Reject(self.member.name, number, WRONG_NUMBER_OF_FIELDS, self.start.text(number))
            for number, _ in _lines(self.start)
            if number < head.line
        )
        below = self.start.lines[head.line + 1 - self.start.line :]
        rest = TextBlock(self.member.name, b"\n".join(below) + b"\n", head.line + 1)
        sample = rows_of(rest, placement, self.dialect, 0)
        return CsvRows(self.member, self.dialect, placement, head.line, above, sample)

    def _fields(self, number: int, line: str) -> list[str]:
        try:
            return self.dialect.with_points(self.dialect.fields(line))
        except csv.Error as error:
            raise LayoutMismatch(f"{self.member.name}: line {number} cannot be cut into fields: {error}") from error


def csv_content(member: Member, delimiter: Delimiter | None = None, point: Point | None = None) -> CsvContent | None:
    """Look at the start of a CSV file; None if there is nothing in it.

    Args:
        member: The file.
        delimiter: What separates fields; None: it is detected.
        point: What separates the places of a number; None: it is detected.

    Raises:
        NotTrades: If it is no text.
        LayoutMismatch: If its lines cannot be cut into fields.
    """
    with member.open() as stream:
        start = next((block for block in blocks(stream, SAMPLE) if block.data.strip()), None)
    if start is None:
        return None
    first = [line for _, line in islice(_lines(start), SHOWN)]
    try:
        return CsvContent(member, start, detected(first, delimiter, point))
    except csv.Error as error:
        raise LayoutMismatch(f"{member.name}: its lines cannot be cut into fields: {error}") from error


def _lines(block: TextBlock) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    return ((number, line.decode()) for number, line in enumerate(block.lines, block.line) if line.strip())

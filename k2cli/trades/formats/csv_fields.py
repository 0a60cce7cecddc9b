"""Blocks of CSV text cut into fields, each row with its physical line."""

import re
from functools import cache
from itertools import count

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from k2cli.trades.formats.dialect import Dialect
from k2cli.trades.formats.text_blocks import TextBlock
from k2cli.trades.layouts import Placement
from k2cli.trades.rejects import BROKEN_QUOTES, WRONG_NUMBER_OF_FIELDS, Reject
from k2cli.trades.rows import TextRows

# Arrow ends a line at a lone carriage return too, and our lines would be counted wrong from there on.
_LONE_RETURN = re.compile(rb"\r(?!\n)")

_ILL_QUOTED_LINE = b"\x01"  # one field, and so rejected like any line of the wrong length

_NUMBERS = ("timestamp", "price", "quantity")


def rows_of(block: TextBlock, placement: Placement, dialect: Dialect, bytes_read: int) -> TextRows:
    """Cut a block into rows of text.

    Args:
        block: Whole lines, without a header.
        placement: Which field is which.
        dialect: How lines are cut.
        bytes_read: Passed on.

    Returns:
        The rows; lines with the wrong number of fields or broken quotes are among the rejects, blank ones nowhere.
    """
    data = block.data
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        data = _LONE_RETURN.sub(b" ", data)
    ill_quoted: frozenset[int] = frozenset()
    if b'"' in data:
        data, ill_quoted = _without_broken_quotes(data, dialect)
    frame, skipped = _parsed(data, placement, dialect)
    if b" " in data or b"\t" in data:
        frame = frame.with_columns(pl.all().str.strip_chars())
    if dialect.point == ",":
        frame = frame.with_columns(pl.col(*_NUMBERS).str.replace(",", ".", literal=True))
    lines = pl.int_range(block.line, block.line + frame.height + len(skipped), eager=True)
    rejects = []
    for index in skipped:
        if text := block.text(block.line + index).strip():
            reason = BROKEN_QUOTES if index in ill_quoted else WRONG_NUMBER_OF_FIELDS
            rejects.append(Reject(block.file, block.line + index, reason, text))
    if skipped:
        lines = lines.filter(~pl.int_range(len(lines), eager=True).is_in(pl.Series(skipped).implode()))
    frame, lines = _without_blank_lines(frame, lines, block)
    return TextRows(frame, lines, block.text, tuple(rejects), bytes_read)


def _without_blank_lines(frame: pl.DataFrame, lines: pl.Series, block: TextBlock) -> tuple[pl.DataFrame, pl.Series]:
    """Arrow makes a row of a blank line at the start of a block."""
    empty = (frame["timestamp"] == "").arg_true().to_list()
    blank = [index for index in empty if not block.text(lines[index]).strip()]
    if not blank:
        return frame, lines
    kept = ~pl.int_range(frame.height, eager=True).is_in(blank)
    return frame.filter(kept), lines.filter(kept)


@cache
def _well_quoted(delimiter: str) -> str:
    """A line as CSV has it: a quote opens only at the start of a field and closes only at its end.

    Arrow is laxer: there one stray quote swallows the lines that follow.
    """
    apart = re.escape(delimiter)
    one = rf'(?:[^"{apart}]*|"(?:[^"]|"")*")'
    return rf"^{one}(?:{apart}{one})*\r?$"


def _without_broken_quotes(data: bytes, dialect: Dialect) -> tuple[bytes, frozenset[int]]:
    lines = data.removesuffix(b"\n").split(b"\n")
    texts = pl.Series(lines).cast(pl.String)
    broken = (
        (texts.str.contains('"', literal=True) & ~texts.str.contains(_well_quoted(dialect.delimiter)))
        .arg_true()
        .to_list()
    )
    if not broken:
        return data, frozenset()
    for index in broken:
        lines[index] = _ILL_QUOTED_LINE
    return b"\n".join(lines), frozenset(broken)


def _parsed(data: bytes, placement: Placement, dialect: Dialect) -> tuple[pl.DataFrame, list[int]]:
    """The needed columns as strings, and the indices of the lines that have not as many fields as they should."""
    skipped: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        skipped.append(row.number - 1)
        return "skip"

    spare = count()
    table = arrow_csv.read_csv(
        pa.py_buffer(data),
        # One block and one thread: only then does Arrow number the lines it refuses.
        read_options=arrow_csv.ReadOptions(
            column_names=[column or f"_{next(spare)}" for column in placement.columns],
            block_size=len(data) + 1,
            use_threads=False,
        ),
        # An empty line must not vanish: each line is either a row or handed to `skip`.
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=list(placement.needed),
            column_types=dict.fromkeys(placement.needed, pa.string()),
            strings_can_be_null=False,
            check_utf8=False,  # done for the whole block
        ),
    )
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table never becomes a Series
    return frame, skipped

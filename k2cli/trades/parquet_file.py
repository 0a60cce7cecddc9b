"""A Parquet file read as rows of text."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, cast

import polars as pl
import pyarrow as pa
from pyarrow import compute, parquet

from k2cli.trades.archives import Member
from k2cli.trades.errors import FileUnreadable, LayoutMismatch, NotTrades
from k2cli.trades.layouts import Layout
from k2cli.trades.placement import Placement, place_by_name
from k2cli.trades.rejects import TEXT_LIMIT
from k2cli.trades.rows import TextRows, no_rows

MAGIC = b"PAR1"
_SAMPLE = 10_000
_BYTES_A_ROW = 128


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """Columns of trades.

    Attributes:
        member: Where it lies.
        placement: Which column is which.
        sample: The first rows.
    """

    member: Member
    placement: Placement
    sample: TextRows

    def rows(self, size: int) -> Iterator[TextRows]:
        """All rows, in runs of about `size` bytes of text."""
        return _rows(self.member, self.placement, max(1, size // _BYTES_A_ROW))

    def last_line(self) -> int:
        """The number of the last row."""
        with _opened(self.member) as file:
            return int(file.metadata.num_rows)


def parquet_file(member: Member, layout: Layout) -> tuple[ParquetFile, Layout]:
    """Look at the columns of a Parquet file.

    Returns:
        The file and the layout its names are from: the one asked for, else ``k2``.

    Raises:
        FileUnreadable: If it is corrupt.
        LayoutMismatch: If a column is missing.
        NotTrades: If a column has a type that is not exact, such as a float.
    """
    with _opened(member) as file:
        names = file.schema_arrow.names
    try:
        placement, found = place_by_name(member.name, layout, names), layout
    except LayoutMismatch as mismatch:
        try:
            placement, found = place_by_name(member.name, Layout.K2, names), Layout.K2
        except LayoutMismatch:
            raise mismatch from None
    sample = next(_rows(member, placement, _SAMPLE), no_rows(placement.needed))
    return ParquetFile(member, placement, sample), found


def _rows(member: Member, placement: Placement, height: int) -> Iterator[TextRows]:
    first = 1
    with _opened(member) as file:
        names = file.schema_arrow.names
        wanted = {name: column for name, column in zip(names, placement.columns, strict=True) if column}
        try:
            for batch in file.iter_batches(batch_size=height, columns=list(wanted)):
                columns = {wanted[name]: _texts(batch.column(name), member.name, name) for name in wanted}
                frame = pl.DataFrame(columns).with_columns(pl.all().str.strip_chars())
                lines = pl.int_range(first, first + frame.height, eager=True)
                part = min(1.0, (first - 1 + frame.height) / file.metadata.num_rows)
                yield TextRows(frame, lines, _Lines(frame, first), (), int(part * member.path.stat().st_size))
                first += frame.height
        except (pa.ArrowException, OSError) as error:
            raise FileUnreadable(f"{member.name} is corrupt: {error}", hint="download it again") from error


@dataclass(frozen=True, slots=True)
class _Lines:
    """Rows as a report of rejects shows them: Parquet has no text lines."""

    frame: pl.DataFrame
    first: int

    def __call__(self, line: int) -> str:
        return ",".join(str(value or "") for value in self.frame.row(line - self.first))[:TEXT_LIMIT]


def _texts(column: pa.Array, file: str, name: str) -> pl.Series:
    """A column as strings, from the types that are exact."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_floating(kind):
        raise NotTrades(
            f"{file}: column {name} is {kind}, and a float is not exact", hint="write it as a decimal or a string"
        )
    if pa.types.is_timestamp(kind):
        column = compute.cast(column, pa.int64())
    elif pa.types.is_decimal(kind):
        column = compute.cast(column, pa.decimal128(38, kind.scale))
    elif not (pa.types.is_integer(kind) or pa.types.is_boolean(kind) or _is_string(kind)):
        raise NotTrades(f"{file}: column {name} is {kind}, which is no type for it", hint="write it as a string")
    # Polars spells small decimals out where Arrow would write an exponent.
    return pl.Series(pl.from_arrow(column)).cast(pl.String)


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


@contextmanager
def _opened(member: Member) -> Iterator[parquet.ParquetFile]:
    """Open a Parquet file; it is read from its end, so a compressed one goes through a temporary file."""
    with member.open() as stream, TemporaryFile() as unpacked:
        readable: IO[bytes] | str = str(member.path)
        if member.compression != "none":
            shutil.copyfileobj(cast("IO[bytes]", stream), unpacked)
            unpacked.seek(0)
            readable = unpacked
        try:
            file = parquet.ParquetFile(readable)
        except (pa.ArrowException, OSError) as error:
            raise FileUnreadable(f"{member.name} is corrupt: {error}", hint="download it again") from error
        with file:
            yield file

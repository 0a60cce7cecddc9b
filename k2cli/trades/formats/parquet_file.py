"""A Parquet file read as rows of text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa
from pyarrow import compute, parquet

from k2cli.trades.errors import FileUnreadable, NotTrades
from k2cli.trades.files import Member
from k2cli.trades.formats.content import Format
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.layouts.head import SHOWN
from k2cli.trades.rejects import TEXT_LIMIT
from k2cli.trades.rows import TextRows, no_rows

MAGIC = b"PAR1"
_SAMPLE = 10_000
_BYTES_A_ROW = 128


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """The rows of a Parquet file.

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


@dataclass(frozen=True, slots=True)
class ParquetContent:
    """A Parquet file.

    Attributes:
        member: Where it lies.
    """

    member: Member
    format: Format = field(default="parquet", init=False)

    def heads(self) -> Iterator[Head]:
        """The only place where rows begin.

        Raises:
            FileUnreadable: If it is corrupt.
        """
        with _opened(self.member) as file, _intact(self.member):
            names = tuple(file.schema_arrow.names)
            batch = next(file.iter_batches(batch_size=SHOWN), None)
        rows = [] if batch is None else [tuple(map(_shown, row.values())) for row in batch.to_pylist()]
        yield Head(names, tuple(rows), line=0)

    def rows(self, head: Head, placement: Placement) -> ParquetRows:  # noqa: ARG002 - there is one place only
        """All its rows.

        Raises:
            FileUnreadable: If it is corrupt.
            NotTrades: If a column has a type that is not exact, such as a float.
        """
        sample = next(_rows(self.member, placement, _SAMPLE), no_rows(placement.needed))
        return ParquetRows(self.member, placement, sample)


def _rows(member: Member, placement: Placement, height: int) -> Iterator[TextRows]:
    first = 1
    with _opened(member) as file, _intact(member):
        names = file.schema_arrow.names
        wanted = {name: column for name, column in zip(names, placement.columns, strict=True) if column}
        for batch in file.iter_batches(batch_size=height, columns=list(wanted)):
            columns = {wanted[name]: _texts(batch.column(name), member.name, name) for name in wanted}
            frame = pl.DataFrame(columns).with_columns(pl.all().str.strip_chars())
            lines = pl.int_range(first, first + frame.height, eager=True)
            part = min(1.0, (first - 1 + frame.height) / file.metadata.num_rows)
            yield TextRows(frame, lines, _Lines(frame, first), (), int(part * member.disk_size))
            first += frame.height


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


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


@contextmanager
def _opened(member: Member) -> Iterator[parquet.ParquetFile]:
    """Open a Parquet file; it is read from its end, so a packed one goes through a temporary file."""
    with member.open_anywhere() as readable:
        with _intact(member):
            file = parquet.ParquetFile(readable)
        with file:
            yield file


@contextmanager
def _intact(member: Member) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise FileUnreadable(f"{member.name} is corrupt: {error}", hint="download it again") from error

"""A Parquet file read as rows of text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa
from pyarrow import parquet

from k2cli.trades.errors import FileUnreadable
from k2cli.trades.files import BOMB_RATIO, Member
from k2cli.trades.formats.arrow_blocks import BLOCK_LIMIT
from k2cli.trades.formats.columns import ColumnReader, first_rows
from k2cli.trades.formats.content import SAMPLE_ROWS, Format, height_of
from k2cli.trades.layouts import Head, Placement
from k2cli.trades.layouts.head import SHOWN
from k2cli.trades.rows import TextRows, no_rows

MAGIC = b"PAR1"


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
        return _rows(self.member, self.placement, height_of(size))

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
        with _opened(self.member) as file:
            names = tuple(file.schema_arrow.names)
            batch = next(file.iter_batches(batch_size=SHOWN), None)
            yield Head(names, () if batch is None else first_rows(batch), line=0)

    def rows(self, head: Head, placement: Placement) -> ParquetRows:  # noqa: ARG002 - there is one place only
        """All its rows.

        Raises:
            FileUnreadable: If it is corrupt.
            NotTrades: If a column has a type that is not exact, such as a float of 32 bits.
        """
        sample = next(_rows(self.member, placement, SAMPLE_ROWS), no_rows(placement.needed))
        return ParquetRows(self.member, placement, sample)


def _rows(member: Member, placement: Placement, height: int) -> Iterator[TextRows]:
    first = 1
    with _opened(member) as file:
        names = file.schema_arrow.names
        wanted = {name: column for name, column in zip(names, placement.columns, strict=True) if column}
        reader = ColumnReader(member.name, wanted)
        for batch in file.iter_batches(batch_size=height, columns=list(wanted)):
            part = min(1.0, (first - 1 + batch.num_rows) / file.metadata.num_rows)
            yield reader.rows(batch, first, int(part * member.disk_size))
            first += batch.num_rows


def _refuse_bomb(name: str, file: parquet.ParquetFile) -> None:
    """Raise FileUnreadable if a column is far larger unpacked than those of trades are: Arrow has no limit."""
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        for column in map(group.column, range(group.num_columns)):
            size = column.total_uncompressed_size
            if size > BLOCK_LIMIT and size > BOMB_RATIO * column.total_compressed_size:
                raise FileUnreadable(
                    f"{name}: column {column.path_in_schema} unpacks to {size} bytes, more than {BOMB_RATIO} times its"
                    " size, as none of trades does",
                    hint="if there are trades in it, write them in groups of fewer rows",
                )


@contextmanager
def _opened(member: Member) -> Iterator[parquet.ParquetFile]:
    """Open a Parquet file; it is read from its end, so a packed one goes through a temporary file."""
    with member.open_anywhere() as readable, intact(member), parquet.ParquetFile(readable) as file:
        _refuse_bomb(member.name, file)
        yield file


@contextmanager
def intact(member: Member) -> Iterator[None]:
    """Turn what Arrow raises about a file into `FileUnreadable`."""
    try:
        yield
    # A length in it that no file has, or a name of a column that is no text.
    except (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
        raise FileUnreadable(f"{member.name} is corrupt: {error}", hint="download it again") from error

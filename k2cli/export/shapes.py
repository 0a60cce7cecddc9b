"""What of a candle is written to a file: all columns as stored, or other names, columns and types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl
import pyarrow as pa

from engines.domain.candle import SERIES
from k2cli.export.texts import to_frame

PRICES = ("open_price", "high_price", "low_price", "close_price", "volume")
"""What every backtester reads, in the order in which each of them has it."""


class Shape(Protocol):
    """Makes the columns of a file from the candles."""

    def schema(self, stored: pa.Schema) -> pa.Schema:
        """Schema of the files for candles of a schema."""

    def shaped(self, table: pa.Table) -> pa.Table:
        """The rows of a file for candles; of the file's schema."""


class AsStored:
    """All columns of the table, with its types."""

    def schema(self, stored: pa.Schema) -> pa.Schema:
        """The schema of the table."""
        return stored.remove_metadata()

    def shaped(self, table: pa.Table) -> pa.Table:
        """The same rows."""
        return table.replace_schema_metadata()


class WithoutSeries:
    """All columns but exchange and symbol, which the folders of partitions tell."""

    def schema(self, stored: pa.Schema) -> pa.Schema:
        """The schema of the table without these."""
        return pa.schema([field for field in stored if field.name not in SERIES])

    def shaped(self, table: pa.Table) -> pa.Table:
        """The rows without these."""
        return table.drop_columns(list(SERIES)).replace_schema_metadata()


@dataclass(frozen=True, slots=True)
class Doubles:
    """A time and the five numbers as doubles, under names of another program.

    Attributes:
        fields: The columns of the file.
        time: The first column.
        numbers: Names of the others, in the order of `PRICES`.
        more: Columns behind these.
    """

    fields: pa.Schema
    time: Callable[[], pl.Expr]
    numbers: Sequence[str]
    more: Sequence[Callable[[], pl.Expr]] = ()

    def schema(self, stored: pa.Schema) -> pa.Schema:  # noqa: ARG002 - it does not depend on it
        """The columns of the file."""
        return self.fields

    def shaped(self, table: pa.Table) -> pa.Table:
        """The rows."""
        needed = to_frame(table.select(["window_start", "window_end", *PRICES]))
        numbers = (nearest(pl.col(ours)).alias(theirs) for ours, theirs in zip(PRICES, self.numbers, strict=True))
        frame = needed.select(self.time().alias(self.fields.names[0]), *numbers, *(each() for each in self.more))
        return frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self.fields)


def nearest(decimals: pl.Expr) -> pl.Expr:
    """The double nearest to each decimal.

    By way of the digits: a cast divides doubles, and rounds twice where a decimal has more than 53 bits.
    """
    return decimals.cast(pl.String).cast(pl.Float64)

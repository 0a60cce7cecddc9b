"""Rows of a file as text, before they are parsed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from k2cli.trades.rejects import Reject


@dataclass(frozen=True, slots=True)
class TextRows:
    """A run of rows, in the file's order.

    Attributes:
        frame: String columns under our names: timestamp, price, quantity, and trade_id, first_id, last_id, side, maker,
            exchange, symbol as far as the file has them.
        lines: Int64, for each row its physical line (in Parquet: its row), from 1.
        text: The raw text of a line.
        rejects: Lines that did not even become rows.
        bytes_read: How far the file on disk has been read, in bytes.
        doubles: Number of prices and quantities that were doubles in the file.
    """

    frame: pl.DataFrame
    lines: pl.Series
    text: Callable[[int], str]
    rejects: tuple[Reject, ...]
    bytes_read: int
    doubles: int = 0

    @property
    def count(self) -> int:
        """Number of rows, those among the rejects included."""
        return self.frame.height + len(self.rejects)


def no_rows(columns: Sequence[str]) -> TextRows:
    """A run of no rows, with these columns."""
    frame = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return TextRows(frame, pl.Series([], dtype=pl.Int64), str, (), 0)

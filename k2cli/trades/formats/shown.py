"""Rows as a report of rejects shows them, where the file has no lines of text."""

from dataclasses import dataclass

import polars as pl

from k2cli.trades.rejects import TEXT_LIMIT


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of a run.

    Attributes:
        frame: Their columns.
        lines: Their numbers, ascending.
    """

    frame: pl.DataFrame
    lines: pl.Series

    def __call__(self, line: int) -> str:
        """A row, its values between commas."""
        row = self.frame.row(int(self.lines.search_sorted(line)))
        return ",".join(str(value or "") for value in row)[:TEXT_LIMIT]

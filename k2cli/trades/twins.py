"""Equal rows of one file, told apart by a number: the first, the second, and so on."""

from collections import deque
from dataclasses import dataclass, field
from typing import cast

import polars as pl

from k2cli.trades.errors import LayoutMismatch

KEPT = 8_000_000
"""Rows that are remembered, 24 bytes each: how far a file may depart from the order of time."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows that were counted: `timestamp`, `key` and `number`, from the earliest to the latest time."""

    rows: pl.DataFrame
    first: int
    last: int


@dataclass(slots=True)
class Twins:
    """Counts equal rows of a file that is read in runs.

    Rows are equal only where their times are, so the rows of a file in order of time need not be remembered for long.

    Attributes:
        file: The file, for messages.
        kept: Rows that are remembered at least.
    """

    file: str = ""
    kept: int = KEPT
    _seen: deque[_Run] = field(default_factory=deque)
    _forgotten: tuple[int, int] | None = None

    def numbers(self, rows: pl.DataFrame) -> pl.Series:
        """The number of each row among the rows equal to it, from 1, counted from the start of the file.

        Args:
            rows: `timestamp`, and all else that a row says. Not empty.

        Raises:
            LayoutMismatch: The file goes back to a time whose rows are not remembered any more.
        """
        keys = rows.select("timestamp", key=pl.struct(pl.all()).hash())
        numbered = keys.with_columns(number=_counted(keys))
        times = pl.Series(keys["timestamp"])
        first, last = cast("int", times.min()), cast("int", times.max())
        self._refuse_forgotten(times)
        earlier = [run.rows for run in self._seen if run.first <= last and first <= run.last]
        if earlier:
            numbered = _counted_on(numbered, pl.concat(earlier))
        self._remember(_Run(numbered, first, last))
        return numbered["number"]

    def _refuse_forgotten(self, times: pl.Series) -> None:
        if self._forgotten and times.is_between(*self._forgotten).any():
            raise LayoutMismatch(
                f"{self.file}: its trades have no ids, and its rows are so far from the order of time that equal ones"
                " cannot be told apart",
                hint="sort the file by time",
            )

    def _remember(self, run: _Run) -> None:
        self._seen.append(run)
        while sum(seen.rows.height for seen in self._seen) - self._seen[0].rows.height >= self.kept:
            gone = self._seen.popleft()
            first, last = self._forgotten or (gone.first, gone.last)
            self._forgotten = min(first, gone.first), max(last, gone.last)


def _counted(keys: pl.DataFrame) -> pl.Series:
    """The number of each row among its equals: to count takes long, and few rows have an equal."""
    ones = pl.repeat(1, keys.height, dtype=pl.Int64, eager=True)
    again = keys["key"].is_duplicated()
    if not again.any():
        return ones
    counted = keys.filter(again).select(number=pl.int_range(1, pl.len() + 1).over("timestamp", "key"))
    return ones.scatter(again.arg_true(), counted["number"])


def _counted_on(numbered: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Continue the numbers where earlier rows left off."""
    shared = earlier.join(numbered, on=("timestamp", "key"), how="semi")
    if shared.is_empty():
        return numbered
    before = shared.group_by("timestamp", "key").agg(before=pl.col("number").max())
    counted = numbered.join(before, on=("timestamp", "key"), how="left", maintain_order="left")
    return counted.with_columns(pl.col("number") + pl.col("before").fill_null(0)).drop("before")

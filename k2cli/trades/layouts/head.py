"""How the rows of a file begin: all that is looked at to tell its layout."""

from collections.abc import Sequence
from dataclasses import dataclass

from k2cli.trades.decimals import decimal

SHOWN = 20
"""Rows that are looked at."""


@dataclass(frozen=True, slots=True)
class Head:
    """A place where the rows of a file may begin.

    Attributes:
        names: Names of the fields; empty where they have none.
        rows: The first rows as text, in the order of the fields; at most 20.
        path: In JSON: the keys that lead to the rows.
        line: In text: the number of the line that has the names, or else the first row.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    path: tuple[str, ...] = ()
    line: int = 1

    @property
    def width(self) -> int:
        """Number of fields."""
        return len(self.names or self.rows[0])


def names_columns(fields: Sequence[str]) -> bool:
    """Whether the fields of a line are names: they have no number among them, and a row of a trade has one at least."""
    return any(field.strip() for field in fields) and all(decimal(field.strip()) is None for field in fields)

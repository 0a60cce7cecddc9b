"""What the view of a report is made of, before it is painted: sentences, tables, a chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from k2cli.reports import ChartCandle


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of text. Its tone colours it on a terminal: plain, good, warning, bad, command or title."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, a cell a column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Candles to be drawn."""

    title: str
    candles: Sequence[ChartCandle]


Block = Sentence | Table | Chart


def table(*names: str, rows: Sequence[Sequence[str]], right: Sequence[str] = (), spare: Sequence[str] = ()) -> Table:
    """Rows as a table.

    Args:
        names: The columns.
        rows: A cell a column.
        right: The columns that are aligned on their right.
        spare: The columns that are left out where they tell nothing: all cells are empty, or 0.
    """
    kept = [
        place
        for place, name in enumerate(names)
        if name not in spare or any(row[place] not in ("", "0") for row in rows)
    ]
    columns = [Column(names[place], right=names[place] in right) for place in kept]
    return Table(columns, [[row[place] for place in kept] for row in rows])

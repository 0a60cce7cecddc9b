"""What the view of a report is made of, before it is painted: sentences, tables, a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from k2cli.reports import ChartCandle


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of text. Its tone colours it on a terminal: plain, good, warning, bad, command or title."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its header.
        right: Whether it is aligned on its right.
        wraps: Whether its cells are sentences, which may go on in a second line.
    """

    name: str
    right: bool = False
    wraps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """How a table becomes narrower where a terminal is; `k2cli.rendering.fitting` does it.

    Attributes:
        short: Shorter cells of columns, by name.
        note: What the shorter cells leave out, said once below the table.
        once: Columns that may be said once below the table where all their cells are equal.
        expendable: Columns that may be left out, the least needed first.
    """

    short: Mapping[str, Sequence[str]] = field(default_factory=dict)
    note: str = ""
    once: Sequence[str] = ()
    expendable: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, a cell a column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    narrow: Narrow = Narrow()


@dataclass(frozen=True, slots=True)
class Chart:
    """Candles to be drawn."""

    title: str
    candles: Sequence[ChartCandle]


Block = Sentence | Table | Chart


def table(
    *names: str,
    rows: Sequence[Sequence[str]],
    right: Sequence[str] = (),
    spare: Sequence[str] = (),
    wraps: Sequence[str] = (),
    narrow: Narrow | None = None,
) -> Table:
    """Rows as a table.

    Args:
        names: The columns.
        rows: A cell a column.
        right: The columns that are aligned on their right.
        spare: The columns that are left out where they tell nothing: all cells are empty, or 0.
        wraps: The columns whose cells are sentences.
        narrow: How it becomes narrower.
    """
    kept = [
        place
        for place, name in enumerate(names)
        if name not in spare or any(row[place] not in ("", "0") for row in rows)
    ]
    columns = [Column(names[place], right=names[place] in right, wraps=names[place] in wraps) for place in kept]
    return Table(columns, [[row[place] for place in kept] for row in rows], narrow or Narrow())

"""Blocks, the parts of a report's view before it is painted: sentences, tables and charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from k2cli.reports import ChartCandle


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of text; its tone, which sets its colour on a terminal, is plain, good, warning, bad, command or title."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: Header of the column.
        right: Whether it is right-aligned.
        wraps: Whether its cells are sentences, which may wrap onto further lines.
    """

    name: str
    right: bool = False
    wraps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """How `k2cli.rendering.fitting` may make a table narrower for a terminal.

    Attributes:
        short: Shorter cells, by the name of their column.
        note: Sentence to show below the table for what the shorter cells leave out.
        once: Columns that may be replaced by a note below the table if all their cells are equal.
        expendable: Columns that may be left out, the least needed first.
    """

    short: Mapping[str, Sequence[str]] = field(default_factory=dict)
    note: str = ""
    once: Sequence[str] = ()
    expendable: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text with one cell per column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    narrow: Narrow = Narrow()


@dataclass(frozen=True, slots=True)
class Chart:
    """Candles to draw as a chart.

    Attributes:
        title: What they are.
        candles: The candles, in the order of their time.
        newest: Whether to draw only the newest that there is room for; otherwise they are merged to fit.
        ascii: Whether to draw with plain characters also where others can be shown.
    """

    title: str
    candles: Sequence[ChartCandle]
    newest: bool = False
    ascii: bool = False


Block = Sentence | Table | Chart


def table(
    *names: str,
    rows: Sequence[Sequence[str]],
    right: Sequence[str] = (),
    spare: Sequence[str] = (),
    wraps: Sequence[str] = (),
    narrow: Narrow | None = None,
) -> Table:
    """Make a table.

    Args:
        names: Names of the columns.
        rows: The rows, one cell per column.
        right: Columns that are right-aligned.
        spare: Columns that are left out if all their cells are empty or 0.
        wraps: Columns whose cells are sentences.
        narrow: How the table may be made narrower.
    """
    kept = [
        place
        for place, name in enumerate(names)
        if name not in spare or any(row[place] not in ("", "0") for row in rows)
    ]
    columns = [Column(names[place], right=names[place] in right, wraps=names[place] in wraps) for place in kept]
    return Table(columns, [[row[place] for place in kept] for row in rows], narrow or Narrow())

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

"""Lineage of columns: from which columns of trades, or of finer candles, each column of a candle is made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from engines.domain.candle import CANDLES, SERIES, Measure, Merge, Of
from engines.domain.tables import Column

_VALUES = {
    Of.PRICE: ("price",),
    Of.QUANTITY: ("quantity",),
    Of.QUOTE: ("price", "quantity"),
    Of.TRADE: ("message_id",),
}
_ORDER = ("timestamp", "source_sequence", "message_id")
"""Columns of trades that tell which is the first and which the last."""


class Way(Enum):
    """How a column goes into another, as the type and subtype of OpenLineage's transformations."""

    SAME = ("DIRECT", "IDENTITY")
    CONVERTED = ("DIRECT", "TRANSFORMATION")
    AGGREGATED = ("DIRECT", "AGGREGATION")
    ORDERS = ("INDIRECT", "SORT")
    DECIDES = ("INDIRECT", "CONDITION")


@dataclass(frozen=True, slots=True)
class ColumnOrigin:
    """A column that another one is made from.

    Attributes:
        column: Its name in the table that is read.
        way: How it goes into the other.
    """

    column: str
    way: Way


Columns = Mapping[str, tuple[ColumnOrigin, ...]]


def from_trades(names: Mapping[str, str]) -> Columns:
    """The columns of candles that are made from trades.

    Args:
        names: Our columns of a trade to those of the source; what has no column there (a constant) has no origin.
    """
    made = {column.name: tuple(_of_trades(column, names)) for column in CANDLES}
    return {name: origins for name, origins in made.items() if origins}


def from_candles() -> Columns:
    """The columns of candles that are made from finer candles."""
    made = {column.name: tuple(_of_candles(column)) for column in CANDLES}
    return {name: origins for name, origins in made.items() if origins}


def _of_trades(column: Column, names: Mapping[str, str]) -> Iterator[ColumnOrigin]:
    wanted: list[tuple[str, Way]] = []
    if isinstance(column, Measure):
        values = ("price", "quantity") if column.merge is Merge.MEAN else _VALUES[column.of]
        wanted += [(name, Way.AGGREGATED) for name in values]
        wanted += [(name, Way.ORDERS) for name in _ORDER if column.merge in (Merge.FIRST, Merge.LAST)]
        wanted += [("side", Way.DECIDES)] if column.side else []
    elif column.name in SERIES:
        wanted.append((column.name, Way.SAME))
    elif column.name.startswith("window_"):
        wanted.append(("timestamp", Way.CONVERTED))
    return (ColumnOrigin(names[name], way) for name, way in wanted if name in names)


def _of_candles(column: Column) -> Iterator[ColumnOrigin]:
    if isinstance(column, Measure):
        parts = ("quote_volume", "volume") if column.merge is Merge.MEAN else (column.name,)
        yield from (ColumnOrigin(name, Way.AGGREGATED) for name in parts)
    elif column.name in SERIES:
        yield ColumnOrigin(column.name, Way.SAME)
    elif column.name.startswith("window_"):
        yield ColumnOrigin("window_start", Way.CONVERTED)

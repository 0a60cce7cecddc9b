"""Source tables with columns of other names and types than ours, and what they must be read as."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyiceberg.types import IcebergType

from engines.lake import Lake
from engines.testing.foreign import NEEDED, schema
from engines.testing.oracle import Trade

Value = Callable[[Trade], object]


@dataclass(frozen=True, slots=True)
class Theirs:
    """A column of a source table.

    Attributes:
        type: Its type.
        value: What it holds for a trade.
    """

    type: IcebergType
    value: Value


def ours(name: str) -> Theirs:
    """A column of ours, as it is."""
    return Theirs(NEEDED[name], lambda trade: getattr(trade, name))


def as_float(name: str) -> Value:
    """A price or quantity as the double that a program has which parsed its text."""
    return lambda trade: None if getattr(trade, name) is None else float(getattr(trade, name))


def as_text(name: str) -> Value:
    """A price or quantity as text."""
    return lambda trade: None if getattr(trade, name) is None else f"{getattr(trade, name):f}"


def create(lake: Lake, columns: Mapping[str, Theirs], *, replacing: Sequence[str] = ()) -> None:
    """Create the candle tables, and a source table with the given columns in place of some of ours.

    Args:
        lake: A lake without tables.
        columns: Their columns, by their names.
        replacing: Our columns that the table does not have.
    """
    lake.create_tables()
    types = {name: column.type for name, column in all_columns(columns, replacing).items()}
    lake.tables.catalog.create_table(lake.names.source, schema(types))


def all_columns(columns: Mapping[str, Theirs], replacing: Sequence[str]) -> dict[str, Theirs]:
    """Their columns and those of ours that they do not replace."""
    return {**{name: ours(name) for name in NEEDED if name not in (*replacing, *columns)}, **columns}


def append(
    lake: Lake, columns: Mapping[str, Theirs], trades: Sequence[Trade], *, replacing: Sequence[str] = ()
) -> None:
    """Append trades to the source table, as its columns hold them."""
    table = lake.tables.source()
    arrow = table.schema().as_arrow()
    found = all_columns(columns, replacing)
    arrays: dict[str, Any] = {
        field.name: pa.array([found[field.name].value(trade) for trade in trades]).cast(field.type)
        if not isinstance(field.type, pa.BaseExtensionType)
        else pa.array([found[field.name].value(trade) for trade in trades], field.type)
        for field in arrow
    }
    table.append(pa.table(arrays, schema=arrow))

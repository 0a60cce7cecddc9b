"""Scale of the tables of a warehouse, as the types of their columns tell it."""

from collections.abc import Iterable

from pyiceberg.table import Table
from pyiceberg.types import DecimalType

from engines.domain.decimals import FEWEST_PLACES, MOST_PLACES, SCALE, Scale
from engines.domain.identity import KEY_IDENTITY
from engines.errors import UsageError


def candle_scale(table: Table) -> Scale:
    """The scale of a candle table; the default one where its open_price is of no type of ours."""
    return _scale_of(table, "open_price") or SCALE


def source_scale(table: Table | None) -> Scale | None:
    """The scale of a table of trades that k2 made; None if there is none, or another program made it."""
    if table is None or KEY_IDENTITY not in table.properties:
        return None
    return _scale_of(table, "price")


def agreed_scale(candles: Iterable[Table], chosen: Scale | None) -> Scale | None:
    """The scale of all candle tables; the chosen one, if any, where there are none.

    Raises:
        UsageError: A table has another scale than was chosen, or than the tables before it.
    """
    first: Table | None = None
    for table in candles:
        found = candle_scale(table)
        if chosen is not None and found != chosen:
            raise other_scale(table, found, chosen)
        if first is not None and found != candle_scale(first):
            raise UsageError(
                f"table {_name(table)} has {found.places} decimal places, and {_name(first)} has"
                f" {candle_scale(first).places}: candles of one are not made from those of the other",
                hint="drop one of them, run k2 ohlcv create-tables and k2 ohlcv aggregate",
            )
        first = first or table
    return chosen if first is None else candle_scale(first)


def other_scale(table: Table, found: Scale, chosen: Scale) -> UsageError:
    """The error for a table of another scale than the settings say."""
    return UsageError(
        f"table {_name(table)} has {found.places} decimal places, and the settings say {chosen.places}:"
        " a scale is fixed when tables are made",
        hint=f"write scale = {found.places} below [tables], or give the tables of scale {chosen.places} other names:"
        " [tables] namespace",
    )


def _scale_of(table: Table, column: str) -> Scale | None:
    field = next((field for field in table.schema().fields if field.name == column), None)
    if field is None or not isinstance(field.field_type, DecimalType):
        return None
    places = field.field_type.scale
    return Scale(places) if FEWEST_PLACES <= places <= MOST_PLACES else None


def _name(table: Table) -> str:
    return ".".join(table.name())

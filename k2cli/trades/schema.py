"""The Arrow schema of trades, from the table's own definition."""

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from engines.arrow import arrow_schema
from engines.domain.decimals import SCALE, Decimals
from engines.domain.tables import TRADES

_DAY = 86_400_000_000
_HOUR = 3_600_000_000

_MEMBERS = {"first_id", "last_id"}

TRADES_SCHEMA = arrow_schema(TRADES, SCALE)


@dataclass(frozen=True, slots=True)
class Digits:
    """The numbers that a table of trades holds: what does not fit them is no trade of that table.

    Attributes:
        price: Type of its column price.
        quantity: Type of its column quantity.
    """

    price: Decimals = SCALE.price
    quantity: Decimals = SCALE.volume

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of such a table."""
        types = {"price": self.price, "quantity": self.quantity}
        fields = [
            field.with_type(pa.decimal128(types[field.name].precision, types[field.name].scale))
            if field.name in types
            else field
            for field in TRADES_SCHEMA
        ]
        return pa.schema(fields)


def trades_table(frame: pl.DataFrame, digits: Digits) -> pa.Table:
    """Make a table of trades.

    Args:
        frame: Columns by the names of the trades table; others are dropped. `price` and `quantity` are unscaled
            integers and become decimals by their bits, so that no value is ever converted. `first_id` and `last_id`,
            the ids of the trades in an aggregate, become its `vendor_data`.
        digits: The types of both.

    Returns:
        The same rows with the schema of `digits`: partition columns follow from the timestamp, what lacks is null.
    """
    table = frame.with_columns(
        _decimal("price", digits.price),
        _decimal("quantity", digits.quantity),
        asset_class=pl.lit("crypto"),
        exchange_date=(pl.col("timestamp") // _DAY).cast(pl.Int32).cast(pl.Date),
        exchange_hour=(pl.col("timestamp") % _DAY // _HOUR).cast(pl.Int32),
    ).to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = digits.schema
    if set(frame.columns) >= _MEMBERS:
        table = table.append_column("vendor_data", _members(frame))
    present = set(table.column_names)
    columns = [
        table[field.name].cast(field.type) if field.name in present else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _decimal(column: str, type_: Decimals) -> pl.Expr:
    return pl.col(column).cast(pl.Int128).reinterpret(dtype=pl.Decimal(type_.precision, type_.scale))


def _members(frame: pl.DataFrame) -> pa.MapArray:
    """For each row a map from ``first_trade_id`` and ``last_trade_id`` to the ids; null where it has none."""
    place = pl.int_range(2 * frame.height, eager=True)
    ids = pl.concat([frame["first_id"], frame["last_id"]]).gather(place % 2 * frame.height + place // 2)
    names = pl.Series(["first_trade_id", "last_trade_id"]).gather(place % 2)
    starts = pl.int_range(0, len(ids), 2, dtype=pl.Int32, eager=True).set(frame["first_id"].is_null(), None)
    offsets = starts.append(pl.Series([len(ids)], dtype=pl.Int32))
    oldest = pl.CompatLevel.oldest()
    text = TRADES_SCHEMA.field("vendor_data").type.item_type
    keys, items = (texts.to_arrow(compat_level=oldest).cast(text) for texts in (names, ids))
    return pa.MapArray.from_arrays(offsets.to_arrow(), keys, items)

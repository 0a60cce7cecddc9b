"""The Arrow schema of trades, from the table's own definition."""

import polars as pl
import pyarrow as pa

from engines.arrow import arrow_schema
from engines.domain.decimals import PRICE
from engines.domain.tables import TRADES

_DAY = 86_400_000_000
_HOUR = 3_600_000_000

TRADES_SCHEMA = arrow_schema(TRADES)


def trades_table(frame: pl.DataFrame) -> pa.Table:
    """Make a table of trades.

    Args:
        frame: Columns by the names of the trades table; others are dropped. `price` and `quantity` are unscaled Int64
            (times 10^8) and become decimals by their bits, so that no value is ever converted.

    Returns:
        The same rows with `TRADES_SCHEMA`: partition columns follow from the timestamp, what lacks is null.
    """
    table = frame.with_columns(
        pl.col("price", "quantity").cast(pl.Int128).reinterpret(dtype=pl.Decimal(PRICE.precision, PRICE.scale)),
        asset_class=pl.lit("crypto"),
        exchange_date=(pl.col("timestamp") // _DAY).cast(pl.Int32).cast(pl.Date),
        exchange_hour=(pl.col("timestamp") % _DAY // _HOUR).cast(pl.Int32),
    ).to_arrow(compat_level=pl.CompatLevel.oldest())
    present = set(table.column_names)
    columns = [
        table[field.name].cast(field.type) if field.name in present else pa.nulls(table.num_rows, field.type)
        for field in TRADES_SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=TRADES_SCHEMA)

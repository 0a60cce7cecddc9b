"""Tables not made by k2: source tables with other columns, types and partitions, and candle tables of an old schema."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.types import DecimalType, IcebergType, LongType, NestedField, StringType

from engines.domain.tables import TABLE_PROPERTIES, TradesPartition
from engines.domain.timeframe import Timeframe, to_datetime
from engines.iceberg.schema import CANDLES_SCHEMA, TRADES_SCHEMA, trades_spec
from engines.lake import Lake
from engines.testing.history import History
from engines.testing.oracle import Trade

NEEDED: Mapping[str, IcebergType] = {
    "symbol": StringType(),
    "price": DecimalType(18, 8),
    "quantity": DecimalType(18, 8),
    "timestamp": LongType(),
    "exchange": StringType(),
    "message_id": StringType(),
}
"""The columns that candles require, in another order than in the source table of k2, and all optional."""

USED: Mapping[str, IcebergType] = {
    **NEEDED,
    "side": StringType(),
    "source_sequence": LongType(),
    "ingestion_timestamp": LongType(),
    "platform_sequence": LongType(),
}
"""The required columns and those that are used if the table has them."""


def schema(columns: Mapping[str, IcebergType], *, first_id: int = 7) -> Schema:
    """A schema of optional columns whose field ids count up from `first_id`."""
    return Schema(*(NestedField(i, name, type_) for i, (name, type_) in enumerate(columns.items(), first_id)))


def foreign_source(
    lake: Lake,
    columns: Mapping[str, IcebergType] = NEEDED,
    spec: PartitionSpec = UNPARTITIONED_PARTITION_SPEC,
    **properties: str,
) -> History:
    """Create a foreign source table and the ordinary candle tables.

    Args:
        lake: A lake that has no tables yet.
        columns: Columns of the source table; field ids count from 7 on.
        spec: Partition spec of the source table.
        properties: Properties of the source table, with ``_`` for a dot and ``__`` for a hyphen.
    """
    lake.create_tables()
    lake.tables.catalog.create_table(
        lake.names.source,
        schema(columns),
        partition_spec=spec,
        properties={name.replace("__", "-").replace("_", "."): value for name, value in properties.items()},
    )
    return History(lake)


def older_source(lake: Lake) -> History:
    """Create the candle tables, and a source table as k2 made it when quantities had 18 digits."""
    lake.create_tables()
    narrow = [
        field.model_copy(update={"field_type": DecimalType(18, 8)}) if field.name == "quantity" else field
        for field in TRADES_SCHEMA.fields
    ]
    lake.tables.catalog.create_table(
        lake.names.source,
        Schema(*narrow),
        partition_spec=trades_spec(TradesPartition.HOUR),
        properties=dict(TABLE_PROPERTIES),
    )
    return History(lake)


def append_rows(table: Table, rows: Sequence[Trade], **more: list[Any]) -> None:
    """Append trades to a table by PyIceberg.

    Args:
        table: The table.
        rows: The trades.
        more: Values of columns that are not columns of a trade, or that replace them.
    """
    arrow = table.schema().as_arrow()
    columns = {name: [getattr(row, name) for row in rows] for name in arrow.names if name not in more}
    table.append(pa.table({**columns, **more}).select(arrow.names).cast(arrow))


def foreign_candles(lake: Lake, timeframe: Timeframe, spec: PartitionSpec, windows: list[tuple[str, int]]) -> Table:
    """Replace a candle table by an old one of 14 columns, with a candle for each (symbol, window start)."""
    old = Schema(
        *(
            NestedField(f.field_id, f.name, DecimalType(18, 8) if f.name == "volume" else f.field_type, required=True)
            for f in CANDLES_SCHEMA.fields[:14]
        )
    )
    name = lake.names.target(timeframe)
    lake.tables.catalog.drop_table(name)
    table = lake.tables.catalog.create_table(name, old, partition_spec=spec)
    rows = [_candle(symbol, start, timeframe) for symbol, start in windows]
    table.append(pa.Table.from_pylist(rows, schema=old.as_arrow()))
    return table


def _candle(symbol: str, start: int, timeframe: Timeframe) -> dict[str, Any]:
    """A row for a candle of seven trades at price 77 with volume 7."""
    at = to_datetime(start)
    return {
        "symbol": symbol,
        "exchange": "binance",
        "window_start": at,
        "window_end": to_datetime(start + timeframe.duration),
        "window_date": at.date(),
        **dict.fromkeys(("open_price", "high_price", "low_price", "close_price", "vwap"), Decimal(77)),
        "volume": Decimal(7),
        "trade_count": 7,
        "created_at": at,
        "updated_at": at,
    }

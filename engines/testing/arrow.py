"""Conversion between the oracle's objects and the Arrow tables that engines take and return."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

import pyarrow as pa

from engines.arrow import arrow_schema
from engines.domain.decimals import SCALE, Scale
from engines.domain.tables import TRADES
from engines.domain.timeframe import to_datetime, to_instant
from engines.testing.oracle import Candle, Trade


def trades_table(trades: Iterable[Trade], scale: Scale = SCALE) -> pa.Table:
    """Trades as rows of a source table of a scale, with exchange_date and exchange_hour from the event time."""
    return pa.Table.from_pylist([_row(trade) for trade in trades], schema=arrow_schema(TRADES, scale))


def _row(trade: Trade) -> dict[str, Any]:
    row = asdict(trade)
    moment = to_datetime(trade.timestamp or 0)
    return row | {"exchange_date": moment.date(), "exchange_hour": moment.hour}


def candles_of(table: pa.Table) -> list[Candle]:
    """Rows of a candle table as the oracle's candles, sorted by exchange, symbol, window_start."""
    candles = (Candle(**_measures(row)) for row in table.to_pylist())
    return sorted(candles, key=lambda c: (c.exchange, c.symbol, c.window_start))


def _measures(row: dict[str, Any]) -> dict[str, Any]:
    """Values of a row by the field names of the oracle's candle, which has `open` for `open_price` and so on."""
    if row["quote_volume"] is None:
        raise ValueError("a candle without quote_volume was not made by us")
    found = {field.name: row[field.name if field.name in row else f"{field.name}_price"] for field in fields(Candle)}
    return found | {name: to_instant(row[name]) for name in ("window_start", "window_end")}

"""Between the oracle's plain objects and the Arrow tables that cross the engines' contract."""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pyarrow as pa

from engines.arrow import arrow_schema
from engines.domain.tables import TRADES
from engines.domain.timeframe import to_datetime, to_instant
from engines.testing.oracle import Candle, Trade

TRADES_SCHEMA = arrow_schema(TRADES)


def trades_table(trades: Iterable[Trade]) -> pa.Table:
    """Trades as rows of the source; its date and hour are those of the event time."""
    return pa.Table.from_pylist([_row(trade) for trade in trades], schema=TRADES_SCHEMA)


def _row(trade: Trade) -> dict[str, Any]:
    row = asdict(trade)
    moment = to_datetime(trade.timestamp or 0)
    return row | {"exchange_date": moment.date(), "exchange_hour": moment.hour}


def candles_of(table: pa.Table) -> list[Candle]:
    """Rows of a candle table as the oracle's candles, sorted as it sorts them."""
    candles = (
        Candle(
            exchange=row["exchange"],
            symbol=row["symbol"],
            window_start=to_instant(row["window_start"]),
            window_end=to_instant(row["window_end"]),
            open=row["open_price"],
            high=row["high_price"],
            low=row["low_price"],
            close=row["close_price"],
            volume=row["volume"],
            trade_count=row["trade_count"],
            vwap=row["vwap"],
            quote_volume=_decimal(row["quote_volume"]),
            buy_volume=row["buy_volume"],
            buy_quote_volume=row["buy_quote_volume"],
        )
        for row in table.to_pylist()
    )
    return sorted(candles, key=lambda c: (c.exchange, c.symbol, c.window_start))


def _decimal(value: Decimal | None) -> Decimal:
    if value is None:
        raise ValueError("a candle without quote_volume was not made by us")
    return value

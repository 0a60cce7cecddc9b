"""Candles for pages of charts, made up."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from k2cli.rendering.html_chart import PageTitle, page

START = datetime(2024, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Row = dict[str, object]


def candles(minutes: Sequence[int], *, price: int = 654_321_098_765_432_101, volume: int = 10**24) -> list[Row]:
    """Candles that begin at these minutes, with prices of 18 digits, which no float holds.

    Args:
        minutes: After `START`, ascending.
        price: The first one, in units of the eighth decimal place.
        volume: No candle has this volume or more, in units of its last place.
    """
    draw = random.Random(1)  # noqa: S311 - made up
    rows = list[Row]()
    most = price // 6_500
    for minute in minutes:
        opened, price = price, price + draw.randrange(-most, most)
        high = max(opened, price) + draw.randrange(most // 10)
        low = min(opened, price) - draw.randrange(most // 10)
        prices = {"open_price": opened, "high_price": high, "low_price": low, "close_price": price, "vwap": low}
        rows.append(
            {
                "window_start": START + minute * MINUTE,
                "window_end": START + (minute + 1) * MINUTE,
                **{name: Decimal(value).scaleb(-8) for name, value in prices.items()},
                "volume": Decimal(draw.randrange(1, volume)).scaleb(-8),
                "trade_count": draw.randrange(1, 900),
            }
        )
    return rows


def batch(rows: Sequence[Row]) -> pa.RecordBatch:
    """The rows as an engine gives them."""
    prices = ("open_price", "high_price", "low_price", "close_price", "vwap")
    moment = pa.timestamp("us", "UTC")
    types = {"window_start": moment, "window_end": moment, **dict.fromkeys(prices, pa.decimal128(18, 8))}
    types |= {"volume": pa.decimal128(38, 8), "trade_count": pa.int64()}
    return pa.RecordBatch.from_pylist(list(rows), pa.schema(types))


def write_page(file: Path, rows: Sequence[Row], *, symbol: str = "BTCUSDT") -> Path:
    """Write a page of candles."""
    title = PageTitle(
        exchange="binance",
        symbol=symbol,
        timeframe="1m",
        dates=False,
        table="gold_ohlcv_1m",
        snapshot_id=17,
        committed=START,
    )
    file.write_text("".join(page(title, [batch(rows)])), encoding="utf-8")
    return file

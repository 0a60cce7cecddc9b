"""Candles drawn with characters."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from k2cli.rendering.terminal_chart import draw
from k2cli.reports import ChartCandle


def candle(hour: int, opened: str, high: str, low: str, closed: str) -> ChartCandle:
    return ChartCandle(
        window_start=datetime(2024, 3, 1, tzinfo=UTC) + timedelta(hours=hour),
        open=Decimal(opened),
        high=Decimal(high),
        low=Decimal(low),
        close=Decimal(closed),
    )


def test_bodies_and_wicks_stand_at_their_prices() -> None:
    rising, falling = candle(0, "1", "4", "0", "3"), candle(1, "3", "3", "1", "1")

    assert draw([rising, falling], height=4, ascii_only=True) == [
        "3.50 | OO".replace("OO", "O#"),
        "2.50 | O#",
        "1.50 | O#",
        "0.50 | |",
        "       03-01 00:00 03-01 01:00",
    ]


def test_a_market_that_stood_still_is_a_line() -> None:
    assert any("O" in line for line in draw([candle(0, "5", "5", "5", "5")], ascii_only=True))


def test_no_candles() -> None:
    assert draw([]) == ["(no candles)"]

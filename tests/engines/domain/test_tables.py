"""The columns of the tables are a promise to their readers."""

import pytest

from engines.domain.tables import (
    CANDLE_KEY,
    CANDLE_MEASURES,
    CANDLES,
    TRADES,
    TRADES_NEEDED,
    TRADES_PARTITION,
    TRADES_USED,
    TableNames,
    partitioning,
)
from engines.domain.timeframe import D1, DEFAULT_TIMEFRAMES, M5, Timeframe

FIXED = [
    "symbol",
    "exchange",
    "window_start",
    "window_end",
    "window_date",
    "open_price",
    "high_price",
    "low_price",
    "close_price",
    "volume",
    "trade_count",
    "vwap",
    "created_at",
    "updated_at",
]


def test_the_first_fourteen_columns_of_a_candle_table_are_fixed_and_required() -> None:
    assert [c.name for c in CANDLES[:14]] == FIXED
    assert all(c.required for c in CANDLES[:14])


def test_the_extension_columns_are_optional_so_that_an_older_table_can_get_them() -> None:
    assert [(c.name, c.required) for c in CANDLES[14:]] == [
        ("quote_volume", False),
        ("buy_volume", False),
        ("buy_quote_volume", False),
    ]


def test_volume_is_wider_than_a_price() -> None:
    types = {c.name: str(c.type) for c in CANDLES}

    assert types["volume"] == "decimal(38, 8)"
    assert types["quote_volume"] == "decimal(38, 16)"
    assert types["vwap"] == types["open_price"] == "decimal(18, 8)"


def test_key_measures_and_bookkeeping_are_all_columns_of_a_candle() -> None:
    bookkeeping = {"window_end", "window_date", "created_at", "updated_at"}

    assert {*CANDLE_KEY, *CANDLE_MEASURES, *bookkeeping} == {c.name for c in CANDLES}


def test_what_is_used_of_the_trades_is_there() -> None:
    required = {c.name for c in TRADES if c.required}

    assert {*TRADES_NEEDED, *TRADES_PARTITION} == required
    assert {*TRADES_USED} < {c.name for c in TRADES if not c.required}


def test_names_of_the_tables() -> None:
    names = TableNames(namespace="lab", candles="bars")

    assert names.source == "lab.gold_crypto_trades"
    assert names.target(M5) == "lab.bars_5m"
    assert TableNames().target(D1) == "market_data.gold_ohlcv_1d"


def test_the_next_coarser_table_is_one_whose_windows_nest() -> None:
    names = TableNames(timeframes=tuple(map(Timeframe.parse, ("1m", "4h", "6h", "12h"))))

    assert [str(names.coarser(timeframe)) for timeframe in names.timeframes] == ["4h", "12h", "12h", "None"]


@pytest.mark.parametrize("timeframe", list(DEFAULT_TIMEFRAMES))
def test_daily_candles_are_cut_by_month_all_others_by_day(timeframe: Timeframe) -> None:
    transform = "month" if timeframe == D1 else "day"
    cut = partitioning(timeframe)

    assert (cut.transform, cut.field, cut.source) == (transform, f"window_date_{transform}", "window_date")

"""Tables of 12 decimal places as a user makes them, and of 8 where prices need more."""

# ruff: noqa: ANN401 - the desk's type lives in conftest.py, which importlib mode lets nobody import

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

TRADES = """exchange,symbol,trade_id,timestamp,price,quantity,side
okx,BONKBTC,1,1700000000000,0.000000000312,31234567890,buy
okx,BONKBTC,2,1700000001000,0.000000000315,1000.000000000001,sell
okx,BONKBTC,3,1700000050000,0.00000000031,20,buy
okx,BONKBTC,4,1700003600000,0.000000000299,7,sell
"""


def test_trades_of_12_places_become_exact_candles(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "k2.toml").write_text('[tables]\nnamespace = "fine"\nscale = 12\n')
    (tmp_path / "bonk.csv").write_text(TRADES)
    desk("ohlcv create-tables --with-trades -q")
    desk("trades import bonk.csv -q")
    desk("ohlcv aggregate -q")
    desk("ohlcv validate --against-trades -q")

    minute, _, _ = json.loads(desk("ohlcv show 1m -o json").stdout)["rows"]
    assert (minute["open_price"], minute["close_price"]) == ("0.000000000312", "0.000000000315")
    assert minute["volume"] == "31234568890.000000000001"
    assert minute["quote_volume"] == "9.745185496680000000000315"
    _, later = json.loads(desk("ohlcv show 1h -o json").stdout)["rows"]
    assert Decimal(later["low_price"]) == Decimal("0.000000000299")


def test_prices_of_more_places_than_the_table_has_name_the_scale_that_would_do(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "bonk.csv").write_text(TRADES)

    refused = desk("trades import bonk.csv", code=3).stderr
    assert "price_too_many_decimals 4" in refused
    assert "scale = 12 and another namespace below [tables]" in refused


def test_a_scale_that_disagrees_with_the_tables_is_refused(desk: Any) -> None:
    for command in ("create-tables", "aggregate"):
        refused = desk(f"ohlcv {command}", code=2, K2_TABLES__SCALE="12")
        assert "has 8 decimal places, and the settings say 12: a scale is fixed when tables are made" in refused.stderr
        assert "scale = 8" in refused.stderr
    told = desk("doctor", code=2, K2_TABLES__SCALE="12").stdout
    assert "gold_ohlcv_1m has 8 decimal places, and the settings say 12" in told
    desk("ohlcv aggregate -q", K2_TABLES__SCALE="8")

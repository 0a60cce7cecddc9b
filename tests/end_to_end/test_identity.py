"""What one trade is, as a user sets it: in a table that k2 makes, its id; by choice, its id and time."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any

RECORDED = """exchange,symbol,trade_id,timestamp,price,quantity,side
binance,BTCUSDT,1,1735689600001,100.1,1,buy
binance,BTCUSDT,2,1735689600002,100.2,1,buy
"""
DUMPED = """1,100.1,1,1,1735689600001123,False,True
2,100.2,1,1,1735689600002123,False,True
"""
MINUTE = "2025-01-01T00:00:00Z"


def test_a_recorders_trades_and_the_exchanges_dump_are_the_same_trades_unless_told_otherwise(desk: Any) -> None:
    (desk.folder / "live.csv").write_text(RECORDED)
    (desk.folder / "dump.csv").write_text(DUMPED)
    desk("trades import live.csv")
    desk("ohlcv aggregate 1m")
    desk("trades import dump.csv --layout binance-trades --exchange binance --symbol BTCUSDT")
    first = desk.aggregate("1m")["tables"][0]

    assert (desk.candles(), first["duplicates"]) == ({MINUTE: 2}, 2)
    told = desk("ohlcv aggregate 1m", K2_TRADES__IDENTITY="id-time")
    assert "full rebuild (trades were told apart by id, now by id-time)" in " ".join(told.stderr.split())
    assert desk.candles() == {MINUTE: 4}
    assert desk.aggregate("1m", K2_TRADES__IDENTITY="id-time")["tables"][0]["status"] == "up_to_date"

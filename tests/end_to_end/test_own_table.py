"""A table of trades that others made, from its own columns to candles: what is read, and what is said of it."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog

K2_TOML = """
[trades]
table = "raw.exchange_trades"

[trades.columns]
timestamp = "event_time"
symbol = "pair"
exchange = { value = "kraken" }
message_id = "none"
price = "px"
quantity = "amount"
side = "taker"
"""
TRADES = [
    ("10:00:00.100001", "BTC-USD", 60000.1, 0.5, "BUY"),
    ("10:00:00.200000", "BTC-USD", 60000.2, 0.25, "?"),
    ("10:00:59.999999", "BTC-USD", 59999.9, 1.0, "SELL"),
    ("10:01:00.000000", "BTC-USD", -1.0, 1.0, "SELL"),
]


@pytest.fixture
def own(run: Any, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs commands in a folder whose settings name a table that was not made by k2."""
    (tmp_path / "k2.toml").write_text(K2_TOML)
    data = tmp_path / "k2-data"
    data.mkdir()
    catalog = load_catalog("k2", type="sql", uri=f"sqlite:///{data}/catalog.db", warehouse=f"file://{data}/warehouse")
    catalog.create_namespace("raw")
    names = ("event_time", "pair", "px", "amount", "taker")
    types = (pa.timestamp("us"), pa.string(), pa.float64(), pa.float64(), pa.string())
    rows = [(datetime.fromisoformat(f"2024-05-02T{time}"), *rest) for time, *rest in TRADES]
    columns = [pa.array(values, type_) for values, type_ in zip(zip(*rows, strict=True), types, strict=True)]
    trades = pa.table(dict(zip(names, columns, strict=True)))
    catalog.create_table("raw.exchange_trades", trades.schema).append(trades)

    def ran(line: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = run(*line.split(), cwd=tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    ran("ohlcv create-tables")
    return ran


def test_a_report_says_what_is_taken_for_granted(own: Any) -> None:
    text = own("ohlcv aggregate 1m").stdout

    assert "price and quantity: floats are read, each as the decimal that it was printed as" in text
    assert "times without a zone are taken for UTC" in text
    assert "the trades have no ids: nothing is recognised as delivered twice" in text
    assert "invalid trades were left out (price_not_positive: 1)" in text
    assert "trades that count, with something to know about them (side_unknown: 1)" in text
    again = json.loads(own("ohlcv aggregate 1m -o json").stdout)
    assert again["source"]["table"] == "raw.exchange_trades"
    assert again["source"]["caveats"] == {
        "floats": ["price", "quantity"],
        "times_without_zone": True,
        "without_ids": True,
    }
    (candle,) = json.loads(own("ohlcv show 1m -o json").stdout)["rows"]
    assert (candle["open_price"], candle["volume"], candle["buy_volume"]) == (
        "60000.10000000",
        "1.75000000",
        "0.50000000",
    )


def test_a_validation_says_it_too(own: Any) -> None:
    own("ohlcv aggregate -q")
    text = own("ohlcv validate --against-trades").stdout
    (source,) = json.loads(own("ohlcv validate --against-trades -o json").stdout)["sources"]

    assert "the trades have no ids: nothing is recognised as delivered twice" in text
    assert "trades that count, with something to know about them (side_unknown: 1)" in text
    assert source["caveats"]["floats"] == ["price", "quantity"]
    assert (source["noted"], source["rejected"]) == ({"side_unknown": 1}, {"price_not_positive": 1})


def test_a_look_before_a_run_shows_the_mapping_the_newest_trades_and_what_is_left_out(own: Any) -> None:
    text = own("trades inspect").stdout
    shown = json.loads(own("trades inspect -o json").stdout)["source"]
    (newest, *_) = shown["trades"]

    assert "of the newest 4 rows, since 2024-05-02T10:00:00.100001Z in 1 of 1 files, a run leaves out 1" in text
    assert (newest["price"], newest["timestamp"], newest["rejected"]) == (
        "-1.00000000",
        "2024-05-02T10:01:00Z",
        "price_not_positive",
    )
    assert {(column["ours"], column["theirs"], column["read"]) for column in shown["columns"]} >= {
        ("timestamp", "event_time", "taken for UTC"),
        ("exchange", "", "always kraken"),
        ("message_id", "", "there are no ids: nothing is recognised as delivered twice"),
        ("price", "px", "a float, as the decimal that it was printed as; refused unless exact to 8 places"),
        ("side", "taker", "buy and sell, in any case"),
    }
    assert (shown["rejected"], shown["noted"]) == ({"price_not_positive": 1}, {"side_unknown": 1})


def test_doctor_looks_at_it_too(own: Any) -> None:
    told = own("doctor")

    assert "raw.exchange_trades: 4 rows in 1 files" in told.stdout
    assert "none: there are no ids, each row is a trade of its own" in told.stdout
    assert "the newest 4 rows would be left out in part (price_not_positive: 1)" in told.stdout

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

from tests.documents import ROOT, blocks

Type = Callable[..., subprocess.CompletedProcess[str]]

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
TIMES = [datetime.fromisoformat(f"2024-05-02T10:00:{second}") for second in ("00.100001", "00.200000", "59.999999")]
TIMES.append(datetime.fromisoformat("2024-05-02T10:01:00"))
FLOATS = {
    "event_time": pa.array(TIMES, pa.timestamp("us")),
    "pair": pa.array(["BTC-USD"] * 4),
    "px": pa.array([60000.1, 60000.2, 59999.9, -1.0]),
    "amount": pa.array([0.5, 0.25, 1.0, 1.0]),
    "taker": pa.array(["BUY", "?", "SELL", "SELL"]),
}
MAKERS = {
    "event_time": pa.array(TIMES, pa.timestamp("us", tz="UTC")),
    "symbol": pa.array(["BTC-USD"] * 4),
    "message_id": pa.array([1, 2, 3, 3]),
    "price": pa.array(["60000.1", "60000.2", "59999.9", "1"]),
    "quantity": pa.array(["0.5", "0.25", "1", "1"]),
    "is_buyer_maker": pa.array([False, None, True, True]),
}
PAGES = {
    "README.md": MAKERS,
    "examples/own_table.md": FLOATS | {"taker": pa.array(["B", "?", "S", "S"])},
}
"""The pages that tell of such tables, and what the table has that they tell of."""


def typing_beside(run: Any, folder: Path, settings: str, trades: dict[str, pa.Array]) -> Type:
    """Make a table as another program would, and return what runs commands in the folder, with their exit codes."""
    (folder / "k2.toml").write_text(settings)
    data = folder / "k2-data"
    data.mkdir()
    catalog = load_catalog("k2", type="sql", uri=f"sqlite:///{data}/catalog.db", warehouse=f"file://{data}/warehouse")
    catalog.create_namespace("raw")
    table = pa.table(trades)
    catalog.create_table("raw.exchange_trades", table.schema).append(table)

    def typed(line: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = run(*line.split(), cwd=folder)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return typed


@pytest.fixture
def own(run: Any, tmp_path: Path) -> Type:
    """Runs commands in a folder whose settings name a table that was not made by k2."""
    typed = typing_beside(run, tmp_path, K2_TOML, FLOATS)
    typed("ohlcv create-tables")
    return typed


@pytest.mark.parametrize("page", PAGES)
def test_what_the_pages_tell_to_write_and_to_type(run: Any, tmp_path: Path, page: str) -> None:
    told = [block for block in blocks(ROOT / page) if page != "README.md" or block.chapter == "Your own table"]
    settings = "\n".join(block.text for block in told if block.language == "toml")
    typed = typing_beside(run, tmp_path, settings, PAGES[page])
    lines = [line for block in told if block.language == "sh" for line in block.text.splitlines()]
    for line in lines:
        typed(line.removeprefix("k2 "))

    assert len(lines) >= 3
    candle = json.loads(typed("ohlcv show 1m -o json").stdout)["rows"][0]
    assert (candle["exchange"], candle["symbol"], candle["window_start"]) == (
        "kraken",
        "BTC-USD",
        "2024-05-02T10:00:00Z",
    )
    assert (candle["open_price"], candle["volume"], candle["buy_volume"]) == (
        "60000.10000000",
        "1.75000000",
        "0.50000000",
    )


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

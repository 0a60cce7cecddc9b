"""Imports that follow other imports: what the table has already is neither read again nor counted in another form."""

# ruff: noqa: ANN401 - the desk's type lives in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.expressions import EqualTo, Reference
from pyiceberg.expressions.literals import literal

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity\n"
TRADES = "1,60000.0,1,60000,1709251200000,True,True\n2,60001.0,1,60001,1709251201000,True,True\n"
AGGREGATES = "1,60000.0,2,1,2,1709251200000,True,True\n"
LATER = "2,60000.0,2,3,4,1709337600000,True,True\n"
BINANCE = "--exchange binance --symbol BTCUSDT --layout"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return name

    return written


def imported(desk: Any, line: str) -> dict[str, Any]:
    return dict(json.loads(desk(f"trades import {line} -o json").stdout))


def rows(desk: Any) -> int:
    return len(desk.table("crypto_trades").scan().to_arrow())


def test_a_file_that_was_imported_leaves_the_table_as_it_was(desk: Any, write: Any) -> None:
    write("a.csv", HEADER + "X,A,1,1700000000,10,1\n")
    run = imported(desk, "a.csv")["run_id"]
    head = desk.table("crypto_trades").metadata.current_snapshot_id

    again = imported(desk, "a.csv")

    assert (again["rows_read"], again["imported"], again["snapshot_id"]) == (0, 0, None)
    assert again["files"][0]["note"] == f"imported already by run {run}; --again imports it once more"
    assert desk.table("crypto_trades").metadata.current_snapshot_id == head
    assert imported(desk, "a.csv --again")["imported"] == 1
    desk("ohlcv aggregate -q")
    assert list(desk.candles().values()) == [1]


def test_what_is_read_in_another_way_is_another_file(desk: Any, write: Any) -> None:
    write("a.csv", "timestamp,price,quantity\n1700000000,10,1\n")

    assert [imported(desk, f"a.csv --exchange X --symbol {symbol}")["imported"] for symbol in "ABA"] == [1, 1, 0]


def test_a_file_whose_trades_have_gone_is_imported_anew(desk: Any, write: Any) -> None:
    write("a.csv", HEADER + "X,A,1,1700000000,10,1\nX,B,1,1700000000,10,1\n")
    imported(desk, "a.csv")
    desk.table("crypto_trades").delete(EqualTo(term=Reference("symbol"), value=literal("A")))

    assert imported(desk, "a.csv")["imported"] == 2


def test_trades_and_aggregates_of_one_time_do_not_meet(desk: Any, write: Any) -> None:
    write("t.csv", TRADES)
    write("a.csv", AGGREGATES)
    write("later.csv", LATER)
    imported(desk, f"t.csv {BINANCE} binance-trades")

    refused = desk(f"trades import a.csv {BINANCE} binance-aggtrades", code=2)

    assert "aggregates of trades of binance BTCUSDT from 2024-03-01T00:00:00Z" in refused.stderr
    assert "where the table has single trades" in refused.stderr
    assert "--mix" in refused.stderr
    assert rows(desk) == 2
    assert imported(desk, f"later.csv {BINANCE} binance-aggtrades")["imported"] == 1
    assert imported(desk, f"a.csv {BINANCE.replace('binance ', 'other ')} binance-aggtrades")["imported"] == 1
    assert imported(desk, f"a.csv {BINANCE} binance-aggtrades --mix")["imported"] == 1


def test_a_month_of_aggregates_does_not_cover_a_day_of_trades(desk: Any, write: Any) -> None:
    """Whatever else the table has in that time: one single trade in it is enough."""
    write("t.csv", TRADES)
    write("later.csv", LATER)
    write("month.csv", AGGREGATES + "9,60000.0,2,9,9,1709337700000,True,True\n")
    imported(desk, f"later.csv {BINANCE} binance-aggtrades")
    imported(desk, f"t.csv {BINANCE} binance-trades")

    desk(f"trades import month.csv {BINANCE} binance-aggtrades", code=2)

    assert rows(desk) == 3


@pytest.mark.parametrize(
    ("identifier", "words"),
    [("X:A:0123456789abcdef:2", "that an earlier version of k2 imported"), ("X:A:77", "single trades")],
)
def test_rows_without_ids_do_not_meet_the_same_trades_with_ids(
    desk: Any, write: Any, identifier: str, words: str
) -> None:
    desk.trade("2023-11-14T22:13:20+00:00")
    table = desk.table("crypto_trades")
    row = {**table.scan().to_arrow().to_pylist()[0], "message_id": identifier}
    table.overwrite(pa.Table.from_pylist([row], schema=table.schema().as_arrow()))
    write("a.csv", "timestamp,price,quantity\n1700000000,10,1\n")

    refused = desk("trades import a.csv --exchange X --symbol A", code=2)

    assert words in refused.stderr
    assert rows(desk) == 1


def test_a_shift_is_remembered_for_its_series(desk: Any, write: Any) -> None:
    write("a.csv", HEADER + "X,A,1,1700000000,100000,1\n")
    write("b.csv", HEADER + "X,A,2,1700000060,100000,1\n")
    write("c.csv", HEADER + "X,C,2,1700000060,100000,1\n")
    imported(desk, "a.csv --price-shift -4")

    refused = desk("trades import b.csv", code=2)

    assert "X A was imported with its decimal points moved by -4,0 (price, quantity), and now by 0,0" in refused.stderr
    assert imported(desk, "b.csv --price-shift -4")["imported"] == 1
    assert imported(desk, "c.csv")["imported"] == 1
    desk("trades import c.csv --price-shift -4", code=2)


def test_a_series_whose_trades_have_gone_may_have_another_shift(desk: Any, write: Any) -> None:
    write("a.csv", HEADER + "X,A,1,1700000000,100000,1\n")
    imported(desk, "a.csv --price-shift -4")
    desk.table("crypto_trades").delete(EqualTo(term=Reference("symbol"), value=literal("A")))

    assert imported(desk, "a.csv --price-shift -2")["imported"] == 1
    desk("trades import a.csv --price-shift -4", code=2)

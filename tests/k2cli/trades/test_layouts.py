"""Each layout, with rows as they are published."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engines.errors import UsageError
from k2cli.trades import TRADES_SCHEMA, LayoutMismatch, NoTrades, shipped

Write = Callable[..., Path]
Read = Callable[..., Any]

SPOT = """\
4228105543,94195.43000000,0.00127000,119.62819610,1735257600000,True,True
4228105544,94195.44000000,0.05300000,4992.35832000,1735257600001,False,True
"""
SPOT_2025 = """\
4359799432,93576.00000000,0.00113000,105.74088000,1735689600001017,False,True
4359799433,93575.99000000,0.01000000,935.75990000,1735689600001017,True,True
"""
FUTURES = """\
id,price,qty,quote_qty,time,is_buyer_maker
5771906481,93548.8,0.011,1029.0368,1735689600063,false
5771906482,93548.7,0.002,187.0974,1735689600097,true
"""
AGGREGATES = """\
3358062372,93576.00000000,0.00113000,4359799432,4359799432,1735689600001017,False,True
3358062373,93575.99000000,0.01000000,4359799433,4359799440,1735689600001018,True,True
"""
FUTURES_AGGREGATES = """\
agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker
2510498345,93548.8,0.011,5771906481,5771906481,1735689600063,false
"""
KRAKEN = """\
1381095255,122.00000,0.10000000
1688671955.1276,30602.10000,0.00326799
1688671955.9999999,30602.20000,12
"""


def test_all_columns_of_a_trade(write: Write, read: Read) -> None:
    path = write(
        "exchange,symbol,trade_id,timestamp,price,quantity,side\nPHEMEX,ATOMUSD,7,1625323774580255,11.5,26,Buy\n"
    )

    result = read(path, first_row=100)

    assert result.table.schema.equals(TRADES_SCHEMA)
    assert result.trades == [
        {
            "message_id": "PHEMEX:ATOMUSD:7",
            "trade_id": "7",
            "symbol": "ATOMUSD",
            "exchange": "PHEMEX",
            "asset_class": "crypto",
            "timestamp": 1625323774580255,
            "price": Decimal("11.5"),
            "quantity": Decimal(26),
            "currency": None,
            "side": "buy",
            "trade_conditions": None,
            "source_sequence": 7,
            "ingestion_timestamp": 1_767_225_600_000_000,
            "platform_sequence": 100,
            "vendor_data": None,
            "exchange_date": dt.date(2021, 7, 3),
            "exchange_hour": 14,
        }
    ]


def test_k2_columns_go_by_name(write: Write, read: Read) -> None:
    """Order, case and columns nobody asked for do not matter; side may lack, or be empty."""
    rows = "Price,note,Symbol,QUANTITY,exchange,Timestamp\n1.5,hello,AB,2,X,1704067200\n"

    trade = read(write(rows)).trades[0]

    assert (trade["price"], trade["quantity"], trade["symbol"]) == (Decimal("1.5"), Decimal(2), "AB")
    assert trade["side"] is None


def test_k2_side(write: Write, read: Read) -> None:
    rows = "".join(
        f"{number},1704067200,1,1,{side}\n" for number, side in enumerate(["buy", "SELL", "", "b", "S", "long"])
    )

    result = read(write("trade_id,timestamp,price,quantity,side\n" + rows), exchange="X", symbol="Y")

    assert result.column("side") == ["buy", "sell", None, "buy", "sell", None]
    assert (result.reasons, result.sides_unknown) == ([], 2)


def test_k2_names_given_fill_what_the_file_leaves_empty(write: Write, read: Read) -> None:
    path = write("exchange,symbol,timestamp,price,quantity\nA,B,1704067200,1,1\n,,1704067200,1,1\n")

    filled = read(path, exchange="X", symbol="Y")
    assert filled.column("exchange") == ["A", "X"]
    assert filled.column("symbol") == ["B", "Y"]

    unfilled = read(path)
    assert unfilled.reasons == [(3, "exchange_empty")]


@pytest.mark.parametrize(
    ("text", "told", "times"),
    [
        (SPOT, (False, "ms"), [1735257600000000, 1735257600001000]),
        (SPOT_2025, (False, "us"), [1735689600001017, 1735689600001017]),
        (FUTURES, (True, "ms"), [1735689600063000, 1735689600097000]),
    ],
)
def test_binance_trades(write: Write, read: Read, text: str, told: tuple[bool, str], times: list[int]) -> None:
    result = read(write(text), "binance-trades")

    assert not result.rejects
    assert result.column("timestamp") == times
    assert (result.detected[0].header, result.detected[0].timestamp_unit) == told


def test_binance_buyer_maker_means_that_the_taker_sold(write: Write, read: Read) -> None:
    flags = ["True", "true", "TRUE", "1", "False", "false", "FALSE", "0", "maybe", ""]
    rows = "".join(f"{number},1.0,2.0,2.0,1735257600000,{flag},True\n" for number, flag in enumerate(flags))

    result = read(write(rows), "binance-trades")

    assert result.column("side") == ["sell"] * 4 + ["buy"] * 4 + [None] * 2
    assert (result.reasons, result.sides_unknown) == ([], 2)


def test_binance_ids(write: Write, read: Read) -> None:
    result = read(write(SPOT + ",1.0,2.0,2.0,1735257600000,True,True\n"), "binance-trades")

    assert result.column("message_id") == [
        "BINANCE:BTCUSDT:4228105543",
        "BINANCE:BTCUSDT:4228105544",
        "BINANCE:BTCUSDT:row:1735257600000000:100000000:200000000:sell:1",
    ]
    assert result.column("source_sequence") == [4228105543, 4228105544, 3]


def test_binance_units_may_change_within_a_file(write: Write, read: Read) -> None:
    result = read(write(SPOT + SPOT_2025), "binance-trades")

    assert result.column("timestamp") == [1735257600000000, 1735257600001000, 1735689600001017, 1735689600001017]


def test_binance_aggregates(write: Write, read: Read) -> None:
    plain = read(write(AGGREGATES), "binance-aggtrades")
    assert plain.column("trade_id") == ["3358062372", "3358062373"]
    assert plain.column("timestamp") == [1735689600001017, 1735689600001018]
    assert plain.column("side") == ["buy", "sell"]
    assert plain.column("message_id") == ["BINANCE:BTCUSDT:agg:3358062372", "BINANCE:BTCUSDT:agg:3358062373"]
    assert plain.column("source_sequence") == [3358062372, 3358062373]
    assert [dict(members) for members in plain.column("vendor_data")] == [
        {"first_trade_id": "4359799432", "last_trade_id": "4359799432"},
        {"first_trade_id": "4359799433", "last_trade_id": "4359799440"},
    ]

    headed = read(write(FUTURES_AGGREGATES), "binance-aggtrades")
    assert headed.column("trade_id") == ["2510498345"]
    assert headed.detected[0].header


def test_kraken(write: Write, read: Read) -> None:
    """Seconds are read from their text; the seventh decimal is cut off, not rounded."""
    path = write(KRAKEN)

    result = read(path, "kraken", exchange="KRAKEN", symbol="XBTUSD")

    assert result.column("timestamp") == [1381095255000000, 1688671955127600, 1688671955999999]
    assert result.column("trade_id") == [None] * 3
    assert result.column("source_sequence") == [1, 2, 3]
    assert result.column("message_id")[0] == "KRAKEN:XBTUSD:row:1381095255000000:12200000000:10000000::1"


def test_kraken_header_is_tolerated_and_proves_nothing(write: Write, read: Read) -> None:
    """Its words are those of anybody."""
    path = write("time,price,volume\n" + KRAKEN)

    for layout, found in (("kraken", "kraken"), (None, "generic")):
        result = read(path, layout)

        assert result.detected[0].layout == found
        assert result.detected[0].header
        assert result.column("source_sequence") == [2, 3, 4]


@pytest.mark.parametrize("layout", ["binance-trades", "binance-aggtrades"])
@pytest.mark.parametrize("exchange", [None, ""])
def test_binances_markets_are_three_exchanges(write: Write, read: Read, layout: str, exchange: str | None) -> None:
    with pytest.raises(UsageError, match="do not name their exchange") as raised:
        read(write(SPOT), layout, exchange=exchange)

    named = "give --exchange, as ccxt calls it: binance or binanceusdm or binancecoinm; "
    assert raised.value.hint == named + shipped()[layout].exchanges_hint


def test_missing_columns_are_named(write: Write, read: Read) -> None:
    with pytest.raises(LayoutMismatch, match="no column price, quantity for layout k2; found timestamp, amount"):
        read(write("timestamp,amount\n1704067200,1\n"))
    with pytest.raises(LayoutMismatch, match="no column symbol") as raised:
        read(write("exchange,timestamp,price,quantity\nX,1704067200,1,1\n"))
    assert raised.value.hint == "give --symbol"
    with pytest.raises(LayoutMismatch, match="no column qty"):
        read(write("id,price,time,is_buyer_maker\n1,1,1,true\n"), "binance-trades")


def test_a_column_twice(write: Write, read: Read) -> None:
    with pytest.raises(LayoutMismatch, match="more than one column for price"):
        read(write("timestamp,price,quantity,price\n"), exchange="X", symbol="Y")


def test_another_number_of_fields(write: Write, read: Read) -> None:
    with pytest.raises(LayoutMismatch, match="has 6 or 7 fields, the first one here has 3"):
        read(write(KRAKEN), "binance-trades")


def test_another_layout_of_the_same_width(write: Write, read: Read) -> None:
    """Futures aggregates have as many fields as spot trades: nothing fits, and nothing is imported."""
    rows = "".join(FUTURES_AGGREGATES.splitlines(keepends=True)[1:])

    with pytest.raises(NoTrades, match=r"all 1 rows were rejected \(timestamp_out_of_range 1\); line 1: 2510498345"):
        read(write(rows), "binance-trades")

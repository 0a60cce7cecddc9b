"""The name of a file or member tells whose trades it holds, and nothing is stamped over it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from k2cli.trades import LayoutMismatch

Write = Callable[..., Path]
Read = Callable[..., Any]

SPOT = "1,60000.0,1,60000,1709251200000,True,True\n"
AGGREGATE = "1,60000.0,2,1,2,1709251200000,True,True\n"
KRAKEN = "1700000000,1,1\n"
ROWS = {"binance-trades": SPOT, "binance-aggtrades": AGGREGATE, "kraken": KRAKEN}
COIN_M = "1,50000.0,10,0.02,1682899200101,false\n2,40000.0,10,0.025,1682899200201,true\n"
COIN_M_HEADER = "id,price,qty,base_qty,time,is_buyer_maker\n"


@pytest.mark.parametrize(
    ("name", "layout", "symbol"),
    [
        ("BTCUSDT-trades-2024-03-01.csv", "binance-trades", "BTCUSDT"),
        ("BTCUSDT_240628-trades-2024-03.csv.gz", "binance-trades", "BTCUSDT_240628"),
        ("1000SATSUSDT-aggTrades-2024-03-01.csv", "binance-aggtrades", "1000SATSUSDT"),
        ("ETH2.SEUR.csv", "kraken", "ETH2.SEUR"),
    ],
)
def test_the_name_tells_the_symbol(write: Write, read: Read, name: str, layout: str, symbol: str) -> None:
    result = read(write(ROWS[layout], name), layout, symbol=None)

    assert result.column("symbol") == [symbol]
    assert result.detected[0].symbol == symbol


def test_each_member_has_its_own(write: Write, read: Read) -> None:
    members = {f"{symbol}-trades-2024-03-01.csv": SPOT for symbol in ("BTCUSDT", "ETHUSDT")}

    result = read(write(members, "march.zip"), "binance-trades", symbol=None)

    assert result.column("symbol") == ["BTCUSDT", "ETHUSDT"]


@pytest.mark.parametrize("symbol", ["BTCUSDT", "BTC/USDT", "btc-usdt", "BTC_USDT"])
def test_a_given_symbol_may_be_spelled_in_another_way(write: Write, read: Read, symbol: str) -> None:
    path = write({"BTCUSDT-trades-2024-03-01.csv": SPOT}, "BTCUSDT-trades-2024-03-01.zip")

    assert read(path, "binance-trades", symbol=symbol).column("symbol") == [symbol]


def test_a_name_that_says_otherwise_is_refused(write: Write, read: Read) -> None:
    path = write({"ETHUSDT-trades-2024-03-01.csv": SPOT}, "eth.zip")

    with pytest.raises(
        LayoutMismatch, match=r"the name ETHUSDT-trades-2024-03-01\.csv says ETHUSDT, and --symbol says"
    ):
        read(path, "binance-trades")


def test_names_that_say_different_things_are_refused(write: Write, read: Read) -> None:
    path = write({"ETHUSDT-trades-2024-03-01.csv": SPOT}, "BTCUSDT-trades-2024-03-01.zip")

    with pytest.raises(
        LayoutMismatch,
        match=r"2024-03-01.csv says ETHUSDT and BTCUSDT-trades-2024-03-01.zip says BTCUSDT",
    ):
        read(path, "binance-trades", symbol=None)


@pytest.mark.parametrize("name", ["trades.csv", "KRAKEN.csv", "xbtusd.csv"])
def test_a_name_without_a_symbol_asks_for_one(write: Write, read: Read, name: str) -> None:
    with pytest.raises(LayoutMismatch, match="no column symbol, and the file's name does not tell it") as raised:
        read(write(KRAKEN, name), "kraken", symbol=None)

    assert raised.value.hint == "give --symbol"


def test_krakens_files_need_no_exchange(write: Write, read: Read) -> None:
    assert read(write(KRAKEN, "XBTUSD.csv"), "kraken", exchange=None, symbol=None).column("exchange") == ["kraken"]


@pytest.mark.parametrize("header", [COIN_M_HEADER, ""])
@pytest.mark.parametrize("symbol", ["BTCUSD_PERP", "BTCUSD_240628"])
def test_contracts_are_counted_in_coins(write: Write, read: Read, header: str, symbol: str) -> None:
    result = read(write(header + COIN_M, f"{symbol}-trades-2023-05-01.csv"), "binance-trades", symbol=None)

    assert result.column("quantity") == [Decimal("0.02"), Decimal("0.025")]


def test_coins_count_wherever_there_is_a_column_of_them(write: Write, read: Read) -> None:
    assert read(write(COIN_M_HEADER + COIN_M), "binance-trades").column("quantity") == [
        Decimal("0.02"),
        Decimal("0.025"),
    ]


@pytest.mark.parametrize(("given", "name"), [(None, "BTCUSD_PERP-aggTrades-2023-05-01.csv"), ("BTCUSD_PERP", "a.csv")])
def test_contracts_of_unknown_size_are_refused(write: Write, read: Read, given: str | None, name: str) -> None:
    with pytest.raises(LayoutMismatch, match="quantities of BTCUSD_PERP are contracts"):
        read(write(AGGREGATE, name), "binance-aggtrades", symbol=given)

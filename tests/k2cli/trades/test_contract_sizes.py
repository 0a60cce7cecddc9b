"""Sizes of contracts that the user tells: of each symbol its own, and none that is not used."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engines.errors import UsageError
from k2cli.trades import NoTrades, TradeFile, read_trades, shipped
from k2cli.trades.contract_sizes import contract_sizes, refuse_unused, size_in, with_contract_sizes

Write = Callable[..., Path]

CCXT = "timestamp,datetime,symbol,side,price,amount\n1704067200000,2024-01-01T00:00:00Z,{},buy,50,{}\n"


def opened(path: Path, sizes: dict[str, str], exchange: str = "okx") -> TradeFile:
    layouts = with_contract_sizes(shipped().values(), sizes)
    return read_trades(path, layouts, exchange=exchange, symbol=None, now=1_790_000_000_000_000)


def coins(file: TradeFile) -> list[str]:
    return [f"{amount.normalize():f}" for chunk in file for amount in chunk.trades["quantity"].to_pylist()]


def test_each_symbol_has_its_own(write: Write) -> None:
    rows = [("BTC/USDT:USDT", 3), ("DOT/USDT", 7), ("ETH/USDT:USDT", 2), ("BTC/USD:BTC", 3), ("BTC/USDT:USDT", 1.5)]
    texts = [CCXT.format(*row) for row in rows]
    path = write(texts[0] + "".join(text.splitlines(keepends=True)[1] for text in texts[1:]))
    sizes = contract_sizes(["BTC/USDT:USDT=0.01", "ETH/USDT:USDT=10", "BTC/USD:BTC=100"])

    file = opened(path, sizes)

    assert coins(file) == ["0.03", "7", "20", "6", "0.015"]
    assert [size_in(file, "okx", symbol) for symbol in ("BTC/USD:BTC", "DOT/USDT")] == ["100", ""]


def test_coins_beside_contracts_count(write: Write) -> None:
    text = "id,price,qty,base_qty,time,is_buyer_maker\n1,2500,10,0.04,1704067200000,false\n"
    file = opened(write(text, "ETHUSD_PERP-trades-2024-01-01.csv"), {"ETHUSD_PERP": "7"}, exchange="binancecoinm")

    assert coins(file) == ["0.04"]
    assert size_in(file, "binancecoinm", "ETHUSD_PERP") == ""
    with pytest.raises(UsageError, match="--contract-size ETHUSD_PERP: no file counts contracts of it"):
        refuse_unused({"ETHUSD_PERP": "7"}, [file])


def test_a_size_for_a_symbol_that_counts_coins_is_refused(write: Write) -> None:
    file = opened(write(CCXT.format("DOT/USDT", 7)), {"DOT/USDT": "2"})

    with pytest.raises(UsageError, match="--contract-size DOT/USDT: no file"):
        refuse_unused({"DOT/USDT": "2"}, [file])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["BTC-USDT-SWAP"], "BTC-USDT-SWAP is not a symbol and a size above 0"),
        (["A=0"], "A=0 is not"),
        (["A=-1"], "A=-1 is not"),
        (["A=1e3"], "A=1e3 is not"),
        (["A=٣"], "A=٣ is not"),
        (["=1"], "=1 is not"),
        (["A=1", "A=2"], "gives A two sizes: 1 and 2"),
    ],
)
def test_what_is_no_size(texts: Sequence[str], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        contract_sizes(texts)


def test_one_size_may_be_written_in_several_ways() -> None:
    assert contract_sizes(["A=0.10", "A=0.1", "B=A=100"]) == {"A": "0.1", "B=A": "100"}


def test_a_size_makes_another_reading_of_the_same_bytes(write: Write) -> None:
    from k2cli.jobs.trade_files import given_files

    path: Any = write(CCXT.format("BTC/USDT:USDT", 3))
    (given,) = given_files([path])
    digests = {given.digest_as(opened(path, sizes), None) for sizes in ({}, {"X": "1"}, {"X": "2"})}

    assert len(digests) == 3


def test_a_file_of_contracts_alone_says_what_to_do(write: Write) -> None:
    file = opened(write(CCXT.format("BTC/USDT:USDT", 3)), {})

    with pytest.raises(NoTrades, match="quantity_in_contracts 1") as raised:
        list(file)

    assert raised.value.hint == shipped()["ccxt"].quantity.contracts_hint

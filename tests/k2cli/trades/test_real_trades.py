"""Real trades of two exchanges, from `examples/data`: read exactly, or left out for a reason that is true."""

import csv
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

Read = Callable[..., Any]

DATA = Path(__file__).parents[3] / "examples" / "data"


@pytest.mark.parametrize("name", ["phemex", "hitbtc"])
def test_each_trade_is_what_the_file_says(read: Read, name: str) -> None:
    path = DATA / f"{name}_trades.csv"
    with path.open() as file:
        rows = list(csv.DictReader(file))

    result = read(path)

    rejected = {reject.line for reject in result.rejects}
    kept = [row for line, row in enumerate(rows, 2) if line not in rejected]
    assert result.rows == len(rows)
    assert result.column("price") == [Decimal(row["price"]) for row in kept]
    assert result.column("quantity") == [Decimal(row["quantity"]) for row in kept]
    assert result.column("timestamp") == [int(row["timestamp"]) for row in kept]
    assert result.column("side") == [row["side"] for row in kept]
    assert result.column("message_id") == [f"{row['exchange']}:{row['symbol']}:{row['trade_id']}" for row in kept]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Phemex spells its spot market (symbols with an s) in 10^-8: prices beyond the ten digits of decimal(18,8).
        ("phemex", {"price_too_large": 1000}),
        # HitBTC quotes coins against BTC with ten decimals.
        ("hitbtc", {"price_too_many_decimals": 467}),
    ],
)
def test_what_decimal_18_8_cannot_hold_is_left_out(read: Read, name: str, expected: dict[str, int]) -> None:
    result = read(DATA / f"{name}_trades.csv")

    assert Counter(reject.reason for reject in result.rejects) == expected


@pytest.mark.parametrize(
    ("name", "price_shift", "quantity_shift"),
    [("phemex", -4, -4), ("phemex", -8, -8), ("hitbtc", 2, 0), ("hitbtc", 7, 4)],
)
def test_with_its_unit_told_each_trade_fits(read: Read, name: str, price_shift: int, quantity_shift: int) -> None:
    path = DATA / f"{name}_trades.csv"
    with path.open() as file:
        rows = list(csv.DictReader(file))

    result = read(path, price_shift=price_shift, quantity_shift=quantity_shift)

    assert result.rejects == []
    assert result.column("price") == [Decimal(row["price"]).scaleb(price_shift) for row in rows]
    assert result.column("quantity") == [Decimal(row["quantity"]).scaleb(quantity_shift) for row in rows]


def test_whole_series_that_fit(read: Read) -> None:
    """These series come complete, so that their candles can be compared with the exchanges' own."""
    complete = {"ATOMUSD", "XMRUSD", "XTZUSD", "ENJUSD", "YFIUSD", "CRDTETH", "EURSUSD", "GVTETH", "MTXUSD", "ORNBTC"}

    rejects = [reject for name in ("phemex", "hitbtc") for reject in read(DATA / f"{name}_trades.csv").rejects]

    assert not complete & {reject.text.split(",")[1] for reject in rejects}

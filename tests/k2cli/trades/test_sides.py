"""A side that is not understood keeps no trade from being one; in files without sides a sign may tell it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]
Read = Callable[..., Any]

WORDS = ["buy", "SELL", "B", "S", "A", "N", "unknown", "bid", "ask", "1", "", "-", "null"]


def test_a_side_that_is_not_understood_is_null_and_counted(write: Write, read: Read) -> None:
    rows = "".join(f"X,Y,{number},1700000000,10,1,{word}\n" for number, word in enumerate(WORDS))

    result = read(write("exchange,symbol,trade_id,timestamp,price,quantity,side\n" + rows))

    assert result.column("side") == ["buy", "sell", "buy", "sell"] + [None] * 9
    assert (result.sides_unknown, result.rejects) == (9, [])


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_negative_quantity_was_sold_and_then_positive_ones_were_bought(write: Write, read: Read, size: int) -> None:
    rows = (
        "exchange,symbol,trade_id,timestamp,price,quantity\nX,Y,1,1700000000,37000,0.5\nX,Y,2,1700000000,36990,-0.7\n"
    )

    result = read(write(rows), chunk_bytes=size)

    assert [str(quantity) for quantity in result.column("quantity")] == ["0.50000000", "0.70000000"]
    assert (result.column("side"), result.sides_unknown) == (["buy", "sell"], 0)


def test_without_a_negative_one_nothing_is_known(write: Write, read: Read) -> None:
    result = read(write("exchange,symbol,timestamp,price,quantity\nX,Y,1700000000,37000,0.5\n"))

    assert (result.column("side"), result.sides_unknown) == ([None], 0)


def test_where_there_are_sides_a_sign_means_nothing_and_is_refused(write: Write, read: Read) -> None:
    rows = "X,Y,1700000000,1,1,buy\nX,Y,1700000000,1,-1,buy\n"

    assert read(write("exchange,symbol,timestamp,price,quantity,side\n" + rows)).reasons == [(3, "quantity_negative")]

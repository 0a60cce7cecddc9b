"""What stands above the trades: a malformed line is a reject like any other, and a header that is not known stops."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from k2cli.trades import LayoutMismatch

Write = Callable[..., Path]
Read = Callable[..., Any]

ROWS = "1700000000,1,1\n1700000001,1,1\n"
K2 = "timestamp,price,quantity\n"


@pytest.mark.parametrize("above", ["garbage\n", "1700000000,1,1,extra\n", "a,b\n", "\n\ngarbage\n"])
def test_a_malformed_line_before_the_first_trade(write: Write, read: Read, above: str) -> None:
    result = read(write(above + ROWS), "kraken")

    assert result.table.num_rows == 2
    assert result.reasons == [(above.count("\n"), "wrong_number_of_fields")]
    assert result.rows == 3


@pytest.mark.parametrize("above", ["https://www.example.org\n", "# exported\n\n", '"a"b\n'])
@pytest.mark.parametrize(("layout", "header"), [("k2", K2), ("kraken", "time,price,volume\n")])
def test_lines_above_a_header(write: Write, read: Read, above: str, layout: str, header: str) -> None:
    result = read(write(above + header + ROWS), layout, exchange="X", symbol="Y")

    assert result.detected[0].header
    assert result.column("source_sequence") == [above.count("\n") + 2, above.count("\n") + 3]
    assert result.reasons == [(1, "wrong_number_of_fields")]
    assert result.rows == 3


@pytest.mark.parametrize("header", ["x,y,z\n", "time,volume,prize\n"])
def test_a_header_of_unknown_names_is_no_malformed_line(write: Write, read: Read, header: str) -> None:
    """Which of its columns is the price would be a guess."""
    with pytest.raises(LayoutMismatch, match=r"no column .* for layout kraken"):
        read(write(header + ROWS), "kraken")


def test_a_header_in_another_order_is_followed(write: Write, read: Read) -> None:
    trade = read(write("amount,timestamp,price\n2,1700000000,3\n"), "kraken").trades[0]

    assert (int(trade["quantity"]), int(trade["price"])) == (2, 3)


def test_nothing_but_malformed_lines(write: Write, read: Read) -> None:
    with pytest.raises(LayoutMismatch, match="no column time, price, volume for layout kraken; found garbage"):
        read(write("garbage\n" * 3), "kraken")

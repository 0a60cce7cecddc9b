"""The columns of the trades table decide which numbers fit."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.decimals import Decimals
from k2cli.trades import Digits, read_trades, shipped
from k2cli.trades.decimals import amounts

Write = Callable[..., Path]
Text = Callable[..., str]

TIME = 1_704_067_200
WIDE = Digits(price=Decimals(38, 12), quantity=Decimals(38, 8))


@given(st.integers(1, 10**38 - 1), st.integers(8, 12), st.sampled_from([-8, -4, 0, 2]), st.booleans())
def test_each_number_of_38_digits_comes_back(unscaled: int, scale: int, shift: int, exponent: bool) -> None:
    places, digits = scale + shift, str(unscaled).rjust(scale + shift + 1, "0")
    text = f"{unscaled}e-{places}" if exponent else f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}"

    assert amounts(pl.Series([text]), "quantity", Decimals(38, scale), shift).values.to_list() == [unscaled]


@pytest.mark.parametrize(
    ("digits", "row", "reason"),
    [
        (WIDE, "0.000000000001,25000000000", None),
        (WIDE, f"1,{'9' * 30}.99999999", None),
        (WIDE, "0.0000000000001,1", "price_too_many_decimals"),
        (WIDE, "1,0.000000001", "quantity_too_many_decimals"),
        (WIDE, f"1,1{'0' * 30}", "quantity_too_large"),
        (Digits(quantity=Decimals(18, 8)), "1,25000000000", "quantity_too_large"),
        (Digits(), "1,25000000000", None),
    ],
)
def test_what_fits_is_told_by_the_table(write: Write, k2: Text, digits: Digits, row: str, reason: str | None) -> None:
    file = read_trades(
        write(k2([f"{TIME},1,1", f"{TIME},{row}"])), [shipped()["k2"]], exchange=None, symbol=None, now=0
    )

    (chunk,) = replace(file, digits=digits)

    assert [reject.reason for reject in chunk.rejects] == ([reason] if reason else [])
    assert chunk.trades.schema.field("price").type == pa.decimal128(digits.price.precision, digits.price.scale)
    if reason is None:
        assert [chunk.trades[name][1].as_py() for name in ("price", "quantity")] == [*map(Decimal, row.split(","))]

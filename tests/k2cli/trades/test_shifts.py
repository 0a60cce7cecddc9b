"""A file that counts in another unit: the decimal point of its prices or quantities is moved, then they have to fit."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from engines.errors import UsageError

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

TIME = 1_704_067_200_000_000
SOUND = "1e-8"  # at each shift of the law below a trade, so that a file is never without one
LIMIT = Decimal(10) ** 10


def packed(prices: pa.Array) -> bytes:
    columns = {
        "exchange": pa.array(["X"] * len(prices)),
        "symbol": pa.array(["Y"] * len(prices)),
        "trade_id": pa.array(range(len(prices))),
        "timestamp": pa.array([TIME] * len(prices)),
        "price": prices,
        "quantity": pa.array([1] * len(prices)),
    }
    buffer = BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def fitting(texts: list[str], shift: int) -> list[Decimal]:
    """What fits decimal(18,8) after the shift; none of the texts has as many digits as Decimal would round."""
    moved = [Decimal(text).scaleb(shift) for text in texts]
    return [number for number in moved if 0 < number < LIMIT and number == number.quantize(Decimal("1e-8"))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings().max_examples // 2)
@given(
    st.lists(
        st.builds("{}{}".format, st.integers(0, 10**13), st.sampled_from(["", ".5", ".000000000012", "e-9", "E3"]))
    ),
    st.integers(0, 17),
)
def test_a_file_of_any_format(write: Write, read: Read, k2: Text, texts: list[str], shift: int) -> None:
    """Law: read with a shift a number is the text's times 10^shift if that fits, else its row is rejected."""
    texts = [SOUND, *texts]
    expected = fitting(texts, shift)
    rows = write(k2(f"{TIME},{text},1" for text in texts))
    strings, exact = pa.array(texts), pa.array([Decimal(text) for text in texts], pa.decimal256(40, 12))

    for path in (rows, write(packed(strings), "strings.parquet"), write(packed(exact), "decimals.parquet")):
        result = read(path, price_shift=shift)

        assert result.column("price") == expected
        assert len(result.rejects) == len(texts) - len(expected)
        assert set(result.column("quantity")) == {Decimal(1)}


def test_each_column_has_its_own_shift(write: Write, read: Read, k2: Text) -> None:
    path = write(k2([f"{TIME},50352000000,877000000", f"{TIME},1.5e3,+2e4"]))

    result = read(path, price_shift=-8, quantity_shift=-4)

    assert result.column("price") == [Decimal("503.52"), Decimal("0.000015")]
    assert result.column("quantity") == [Decimal(87700), Decimal(2)]


def test_rows_that_do_not_fit_are_rejected_as_they_are_without_a_shift(write: Write, read: Read, k2: Text) -> None:
    numbers = ["100000000000000", "99999999999999", "0.0001", "0.00001", "0", "-1", "nan", ""]

    result = read(write(k2(f"{TIME},{number},1" for number in numbers)), price_shift=-4)

    assert result.column("price") == [Decimal("9999999999.9999"), Decimal("0.00000001")]
    assert result.reasons == [
        (2, "price_too_large"),
        (5, "price_too_many_decimals"),
        (6, "price_zero"),
        (7, "price_negative"),
        (8, "price_not_finite"),
        (9, "price_empty"),
    ]
    assert result.rejects[0].text == f"X,BTCUSD,1,{TIME},100000000000000,1,buy"


@pytest.mark.parametrize("option", ["price_shift", "quantity_shift"])
@pytest.mark.parametrize("shift", [-19, 19, 10**9])
def test_a_shift_has_bounds(write: Write, read: Read, k2: Text, option: str, shift: int) -> None:
    path = write(k2([f"{TIME},1,1"]))

    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')} {shift} is not between -18 and 18"):
        read(path, **{option: shift})

"""Law: a text becomes exactly the number Python's Decimal reads times 10^shift, if that fits decimal(18,8).

Any other text becomes a reason.
"""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from k2cli.trades import decimals
from k2cli.trades.decimals import SHIFT_LIMIT, amounts

MUSEUM = [
    "1", "+1", "1.", ".5", "00.5", "1e-8", "1E-8", "1e9", "5.e-1", "0.1000000000000000", "1.000000001",
    "9999999999.99999999", "10000000000", "0.00000001", "0.000000009", "0", "-0", "0e5", "-1", "", "nan", "inf",
    "1e5000", "1e-5000", "1,5", "1 5", " 1", "0" * 60 + "1", "1." + "0" * 60, "1." + "0" * 60 + "1", "9" * 18,
    "9" * 40, "--1", "+", ".", "e5", "1_0", "٣", "1\x00", "½", "117770", "50352000000", "1" + "0" * 18, "1" + "0" * 27,
    "1" + "0" * 28, "0" * 30 + "1" + "0" * 18, "1000000000.0", "1000000000.", "0.0000035062", "0." + "0" * 9 + "1",
    "0." + "0" * 25 + "1", "0." + "0" * 26 + "1", "0." + "0" * 8 + "9" * 18, "0." + "0" * 8 + "9" * 19, "1e17", "1e-26",
    "1e999999999999999999", "9e-999999999999999999", "0." + "0" * 7 + "1" + "0" * 40,
]  # fmt: skip

plain = st.decimals(min_value=0, max_value=Decimal(99999999999), places=9, allow_nan=False, allow_infinity=False).map(
    lambda number: f"{number:f}"
)
exponents = st.builds("{}e{}".format, st.integers(0, 10**12), st.integers(-35, 20))
points = st.builds("{}{}.{}{}".format, *[st.one_of(st.just(""), st.from_regex(r"\A(?:0{0,26}|[0-9]{0,20})\Z"))] * 4)
texts = st.one_of(
    plain,
    exponents,
    points,
    points.map(lambda text: text.replace(".", "")),
    st.from_regex(r"\A[+-]?[0-9]{0,12}\.?[0-9]{0,12}\Z"),
    st.text(max_size=6),
    st.sampled_from(MUSEUM),
)
shifts = st.one_of(st.just(0), st.sampled_from([-4, -8, 2]), st.integers(-SHIFT_LIMIT, SHIFT_LIMIT))


def expected(text: str, shift: int = 0) -> int | None:
    """What Decimal says, with plain ASCII in mind."""
    if not text.isascii() or "_" in text or text != text.strip():
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or number <= 0 or not -8 <= number.adjusted() + shift <= 9:
        return None
    unscaled = Fraction(number) * Fraction(10) ** (8 + shift)
    return unscaled.numerator if unscaled.denominator == 1 else None


@given(st.lists(texts, max_size=8), shifts)
@example(["0.0000000001", "0.00000000011"], 2)
def test_any_text(column: list[str], shift: int) -> None:
    found = amounts(pl.Series(column, dtype=pl.String), "price", shift=shift)

    assert found.values.to_list() == [expected(text, shift) for text in column]
    assert sorted(found.faults) == [index for index, text in enumerate(column) if expected(text, shift) is None]


@pytest.mark.parametrize("shift", range(-SHIFT_LIMIT, SHIFT_LIMIT + 1))
def test_museum(shift: int) -> None:
    found = amounts(pl.Series(MUSEUM), "price", shift=shift)

    assert found.values.to_list() == [expected(text, shift) for text in MUSEUM]


def test_null_is_empty() -> None:
    assert amounts(pl.Series([None, "1"], dtype=pl.String), "price").faults == {0: "price_empty"}


@given(st.integers(1, 10**18 - 1), shifts)
def test_each_number_of_the_type_comes_back(unscaled: int, shift: int) -> None:
    number = Decimal(unscaled).scaleb(-8 - shift)

    assert amounts(pl.Series([f"{number:f}", str(number)]), "price", shift=shift).values.to_list() == [
        unscaled,
        unscaled,
    ]


@pytest.mark.parametrize("shift", range(-SHIFT_LIMIT, SHIFT_LIMIT + 1))
def test_plain_numbers_are_not_read_one_by_one(shift: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast path serves each shift: 2 million rows take as long as without one."""
    numbers = [1, 10**8, 150000000, 10**18 - 1, 10**17, 4242 * 10**6]
    texts = [f"{Decimal(number).scaleb(-8 - shift):f}" for number in numbers]
    monkeypatch.setattr(decimals, "unscaled", None)

    assert amounts(pl.Series(texts), "price", shift=shift).values.to_list() == numbers

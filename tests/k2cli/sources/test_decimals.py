"""Law: a text in range becomes exactly the number Python's Decimal reads; any other text becomes a reason."""

from decimal import Decimal, InvalidOperation

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from k2cli.sources.decimals import amounts

MUSEUM = [
    "1", "+1", "1.", ".5", "00.5", "1e-8", "1E-8", "1e9", "5.e-1", "0.1000000000000000", "1.000000001",
    "9999999999.99999999", "10000000000", "0.00000001", "0.000000009", "0", "-0", "0e5", "-1", "", "nan", "inf",
    "1e5000", "1e-5000", "1,5", "1 5", " 1", "0" * 60 + "1", "1." + "0" * 60, "1." + "0" * 60 + "1", "9" * 18,
    "9" * 40, "--1", "+", ".", "e5", "1_0", "٣", "1\x00", "½",
]  # fmt: skip

plain = st.decimals(min_value=0, max_value=Decimal(99999999999), places=9, allow_nan=False, allow_infinity=False).map(
    lambda number: f"{number:f}"
)
exponents = st.builds("{}e{}".format, st.integers(0, 10**12), st.integers(-25, 12))
texts = st.one_of(
    plain, exponents, st.from_regex(r"\A[+-]?[0-9]{0,12}\.?[0-9]{0,12}\Z"), st.text(max_size=6), st.sampled_from(MUSEUM)
)


def expected(text: str) -> int | None:
    """What Decimal says, with plain ASCII in mind."""
    if not text.isascii() or "_" in text or text != text.strip():
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or number <= 0 or number.adjusted() > 9 or number.adjusted() < -8:
        return None
    numerator, denominator = number.as_integer_ratio()
    unscaled, rest = divmod(numerator * 10**8, denominator)
    return None if rest else unscaled


@given(st.lists(texts, max_size=8))
def test_any_text(column: list[str]) -> None:
    found = amounts(pl.Series(column, dtype=pl.String), "price")

    assert found.values.to_list() == [expected(text) for text in column]
    assert sorted(found.faults) == [index for index, text in enumerate(column) if expected(text) is None]


def test_museum() -> None:
    assert amounts(pl.Series(MUSEUM), "price").values.to_list() == [expected(text) for text in MUSEUM]


def test_null_is_empty() -> None:
    assert amounts(pl.Series([None, "1"], dtype=pl.String), "price").faults == {0: "price_empty"}


@given(st.integers(1, 10**18 - 1))
def test_each_number_of_the_type_comes_back(unscaled: int) -> None:
    number = Decimal(unscaled).scaleb(-8)

    assert amounts(pl.Series([f"{number:f}", str(number)]), "price").values.to_list() == [unscaled, unscaled]

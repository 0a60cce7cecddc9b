"""Law: a double stands for the decimal that was printed, whatever its digits; and nothing else passes."""

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from engines.domain.decimals import Decimals, Scale
from engines.domain.doubles import MOST, decimal_of, rounded
from engines.embedded.amounts import exact_doubles, unscaled

PLACES = st.integers(8, 12)
NUMBERS = st.integers(1 - int(MOST), int(MOST) - 1)
DOUBLES = st.one_of(st.floats(), st.floats(-1e7, 1e7), NUMBERS.map(lambda n: n / 10**8))
SCALES = PLACES.map(Scale)


@given(NUMBERS, PLACES)
@example(int(MOST) - 1, 8)
def test_every_decimal_comes_back_from_its_double(n: int, places: int) -> None:
    printed = f"{Decimal(n).scaleb(-places):f}"

    assert decimal_of(float(printed), places) == n


@given(DOUBLES, PLACES)
def test_what_passes_is_the_only_decimal_of_so_many_places_near_it(x: float, places: int) -> None:
    n = decimal_of(x, places)

    assert (
        n is None
        or (abs(n) < MOST and n / 10**places == x)
        or abs(Decimal(x).scaleb(places) - n) <= abs(n) * Decimal(2) ** -50
    )


@given(DOUBLES, SCALES)
@example(float("nan"), Scale(8))
@example(float("-inf"), Scale(12))
@example(2.5e-8, Scale(8))
@example(2.5e-12, Scale(12))
@example(999999.5, Scale(12))
@example(-0.0, Scale(9))
def test_columns_follow_the_rule(x: float, scale: Scale) -> None:
    places, wanted = scale.places, scale.price
    nearest, exact = unscaled("x", "double", wanted)
    frame = pl.DataFrame({"x": [x]}, schema={"x": pl.Float64}).select(nearest=nearest, exact=exact)

    assert frame.row(0) == (rounded(x, places), decimal_of(x, places) is not None)
    number, same = exact_doubles(pl.col("x"), wanted)
    unrounded = pl.DataFrame({"x": [x]}, schema={"x": pl.Float64}).select(number=number, same=same)
    assert unrounded.row(0) == (decimal_of(x, places), decimal_of(x, places) is not None)


@given(st.decimals(-(10**9), 10**9, places=14), st.sampled_from(["text", "exponent", "decimal"]), SCALES)
def test_text_and_decimals_are_taken_digit_by_digit(value: Decimal, kind: str, scale: Scale) -> None:
    stored = {"text": f"{value:f}", "exponent": f"{value:e}", "decimal": value}[kind]
    dtype, type_ = (pl.Decimal(38, 18), Decimals(38, 18)) if kind == "decimal" else (pl.String, "string")
    nearest, exact = unscaled("x", type_, scale.price)
    frame = pl.DataFrame({"x": pl.Series([stored], dtype=dtype)}).select(nearest=nearest, exact=exact)
    expected = value.quantize(Decimal(1).scaleb(-scale.places), ROUND_HALF_UP)

    assert frame.row(0) == (int(expected.scaleb(scale.places)), expected == value)

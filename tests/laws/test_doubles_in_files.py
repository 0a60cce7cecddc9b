"""Law: a double in a file stands for the decimal that was printed; times and ids for what a double can tell."""

from decimal import Decimal

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from engines.domain.doubles import MOST, decimal_of
from k2cli.trades.formats.doubles import PLACES, decimal_texts, time_texts, whole_texts
from k2cli.trades.rejects import INEXACT

NUMBERS = st.integers(1 - int(MOST), int(MOST) - 1)


@given(st.lists(NUMBERS, min_size=1))
@example([int(MOST) - 1])
def test_every_decimal_comes_back_from_its_double(numbers: list[int]) -> None:
    printed = [f"{Decimal(n).scaleb(-PLACES):f}" for n in numbers]

    texts = decimal_texts(pl.Series([float(text) for text in printed]))

    assert [Decimal(text) for text in texts] == [Decimal(text) for text in printed]


@given(st.one_of(st.floats(), st.floats(-1e8, 1e8)))
@example(float("nan"))
@example(float("-inf"))
@example(22517998.13685248)
@example(30000000.5)
@example(2.5e-9)
def test_nothing_else_passes(x: float) -> None:
    text = decimal_texts(pl.Series([x], dtype=pl.Float64))[0]
    n = decimal_of(x, PLACES)

    if n is not None:
        assert Decimal(text).scaleb(PLACES) == n
    else:
        assert text == INEXACT or not Decimal(text).is_finite() or -int(Decimal(text).as_tuple().exponent) > PLACES


@given(st.integers(1, 2**53 - 1), st.sampled_from([0, 3, 6]))
def test_times_come_back_to_the_microsecond(micros: int, places: int) -> None:
    """In seconds, in milliseconds, and in microseconds."""
    x = float(f"{Decimal(micros).scaleb(-places):f}")

    assert Decimal(time_texts(pl.Series([x]))[0]) == Decimal(micros).scaleb(-places)


@given(st.integers(2**53, 2**63))
def test_times_and_ids_beyond_what_a_double_tells_are_none(number: int) -> None:
    x = pl.Series([float(number), None, float("nan")], dtype=pl.Float64)

    assert time_texts(x).to_list() == whole_texts(x).to_list() == [INEXACT, None, None]


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_ids_are_whole(number: int) -> None:
    assert whole_texts(pl.Series([float(number)])).to_list() == [str(number)]
    assert whole_texts(pl.Series([0.5])).to_list() == [INEXACT]

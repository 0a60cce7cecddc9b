"""Numbers of a column of times tell their unit; in each unit they stand for one instant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.interval import Interval
from engines.domain.units import EARLIEST, LATEST, TimeUnit, unit_of

PLAUSIBLE = st.integers(EARLIEST // 1_000_000 + 1, LATEST // 1_000_000 - 1).map(lambda second: second * 1_000_000)
UNITS = st.sampled_from(TimeUnit)


@given(UNITS, PLAUSIBLE, PLAUSIBLE)
def test_plausible_times_are_found_in_their_unit(unit: TimeUnit, one: int, other: int) -> None:
    first, last = sorted((unit.first(one), unit.first(other)))

    assert unit_of(Interval(first, last + 1)) is unit


@given(PLAUSIBLE, st.integers(-(2**63), EARLIEST // 1_000))
def test_where_one_time_is_implausible_nothing_is_found(plausible: int, odd: int) -> None:
    assert unit_of(Interval(odd, plausible + 1)) is None


@pytest.mark.parametrize("instant", [0, -1, 10**12, 2**63 - 1])
def test_times_that_make_no_sense_in_any_unit(instant: int) -> None:
    found = unit_of(Interval(instant, instant + 1))

    assert (found, unit_of(Interval(0, 0))) == (None, None)


@given(UNITS, st.integers(-(2**50), 2**50))
def test_the_first_number_of_an_instant_is_the_least_that_is_not_before_it(unit: TimeUnit, instant: int) -> None:
    number = unit.first(instant)

    assert unit.instant(number) >= instant > unit.instant(number - 1)

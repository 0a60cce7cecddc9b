"""Numbers that make no sense as microseconds tell the unit in which they do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.interval import Interval
from engines.domain.units import EARLIEST, LATEST, OtherUnit, other_unit

PER_UNIT: dict[OtherUnit, tuple[int, int]] = {
    "seconds": (1, 1_000_000),
    "milliseconds": (1, 1_000),
    "nanoseconds": (1_000, 1),
}


@pytest.mark.parametrize("unit", PER_UNIT)
@given(times=st.tuples(st.integers(EARLIEST, LATEST - 1), st.integers(EARLIEST, LATEST - 1)))
def test_plausible_times_are_found_in_their_unit(unit: OtherUnit, times: tuple[int, int]) -> None:
    more, less = PER_UNIT[unit]
    first, last = sorted(time * more // less for time in times)

    assert other_unit(Interval(first, last + 1)) == unit


@given(times=st.tuples(st.integers(EARLIEST, LATEST - 1), st.integers(-(2**63), 2**63 - 1)))
def test_where_one_time_is_plausible_as_microseconds_nothing_else_is_meant(times: tuple[int, int]) -> None:
    first, last = sorted(times)

    assert other_unit(Interval(first, last + 1)) is None


@pytest.mark.parametrize("instant", [0, -1, 10**12, 2**63 - 1])
def test_times_that_make_no_sense_in_any_unit(instant: int) -> None:
    assert other_unit(Interval(instant, instant + 1)) is None

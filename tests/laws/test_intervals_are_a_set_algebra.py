"""Intervals behave as the plain sets of the instants that they hold, and have one spelling for each set."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.interval import Intervals
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, MINUTE, Timeframe
from engines.testing.strategies import intervals

small = intervals().map(Intervals.of)
large = intervals(limit=100 * MINUTE, unit=MINUTE).map(Intervals.of)
timeframes = st.sampled_from(DEFAULT_TIMEFRAMES)
universe = range(-50, 50)


def model(set_: Intervals) -> set[int]:
    """The truth about a set of instants: the instants."""
    return {instant for r in set_ for instant in range(r.start, r.end)}


class TestASetOfInstants:
    @given(intervals())
    def test_of_holds_the_instants_of_all_ranges(self, ranges: list[tuple[int, int]]) -> None:
        assert model(Intervals.of(ranges)) == {i for start, end in ranges for i in range(start, end)}

    @given(small)
    def test_contains_length_truth(self, a: Intervals) -> None:
        assert {i for i in universe if i in a} == model(a)
        assert a.length == len(model(a))
        assert bool(a) == bool(model(a))

    @given(small, small)
    def test_equal_sets_are_spelled_alike(self, a: Intervals, b: Intervals) -> None:
        assert (a == b) == (model(a) == model(b))

    @given(small, small)
    def test_results_are_sorted_and_neither_touch_nor_overlap(self, a: Intervals, b: Intervals) -> None:
        for result in (a, a | b, a & b, a - b):
            assert all(r.start < r.end for r in result)
            assert all(r.end < s.start for r, s in pairwise(result))

    @given(small, st.integers(-45, 45), st.integers(-45, 45))
    def test_overlaps_is_a_common_instant(self, a: Intervals, start: int, end: int) -> None:
        assert a.overlaps(start, end) == bool(model(a) & set(range(start, end)))

    @given(small, st.integers(-45, 45), st.integers(-45, 45))
    def test_covers_is_to_hold_all_instants(self, a: Intervals, start: int, end: int) -> None:
        assert a.covers(start, end) == (set(range(start, end)) <= model(a))

    @given(small.filter(bool))
    def test_span_is_from_the_first_to_the_last(self, a: Intervals) -> None:
        assert (a.span.start, a.span.end) == (min(model(a)), max(model(a)) + 1)


class TestUnionIntersectionDifference:
    @given(small, small)
    def test_they_are_those_of_the_model(self, a: Intervals, b: Intervals) -> None:
        assert model(a | b) == model(a) | model(b)
        assert model(a & b) == model(a) & model(b)
        assert model(a - b) == model(a) - model(b)

    @given(small, small)
    def test_a_set_is_its_part_inside_and_its_part_outside_of_another(self, a: Intervals, b: Intervals) -> None:
        assert (a & b) | (a - b) == a
        assert not (a & b) & (a - b)

    @given(small)
    def test_nothing_is_neutral(self, a: Intervals) -> None:
        nothing = Intervals()

        assert a | nothing == a - nothing == a | a == a & a == a
        assert a & nothing == nothing - a == a - a == nothing


class TestAligned:
    """Grown outward to whole windows of the timeframe."""

    @given(large, timeframes)
    def test_it_is_a_superset(self, a: Intervals, timeframe: Timeframe) -> None:
        assert not a - a.aligned(timeframe)

    @given(large, timeframes)
    def test_twice_is_once(self, a: Intervals, timeframe: Timeframe) -> None:
        assert a.aligned(timeframe).aligned(timeframe) == a.aligned(timeframe)

    @given(large, timeframes)
    def test_it_covers_whole_windows_and_only_those_that_were_met(self, a: Intervals, timeframe: Timeframe) -> None:
        for r in a.aligned(timeframe):
            assert r.start % timeframe.duration == r.end % timeframe.duration == 0
            starts = range(r.start, r.end, timeframe.duration)
            assert all(a.overlaps(start, start + timeframe.duration) for start in starts)

    @given(large, large, timeframes)
    def test_of_a_union_it_is_the_union(self, a: Intervals, b: Intervals, timeframe: Timeframe) -> None:
        assert (a | b).aligned(timeframe) == a.aligned(timeframe) | b.aligned(timeframe)

    @given(large, timeframes, timeframes)
    def test_finer_before_coarser_makes_no_difference(self, a: Intervals, one: Timeframe, two: Timeframe) -> None:
        fine, coarse = sorted((one, two), key=lambda t: t.duration)

        assert a.aligned(fine).aligned(coarse) == a.aligned(coarse)


class TestCoarsened:
    """A superset of at most ``most`` ranges: the smallest gaps are closed first."""

    @given(small, st.integers(1, 8))
    def test_it_is_a_superset_of_at_most_that_many_ranges(self, a: Intervals, most: int) -> None:
        coarse = a.coarsened(most)

        assert model(a) <= model(coarse)
        assert len(coarse) == min(most, len(a))

    @given(small.filter(bool), st.integers(1, 8))
    def test_it_stays_within_the_span(self, a: Intervals, most: int) -> None:
        assert a.coarsened(most).span == a.span

    @given(small, st.integers(1, 8))
    def test_gaps_that_stay_open_are_no_smaller_than_those_closed(self, a: Intervals, most: int) -> None:
        coarse = a.coarsened(most)
        closed = [gap.end - gap.start for gap in coarse - a]
        open_ = [s.start - r.end for r, s in pairwise(coarse)]

        assert max(closed, default=0) <= min(open_, default=100)


@pytest.mark.parametrize("timeframe", list(DEFAULT_TIMEFRAMES))
def test_a_whole_window_is_aligned_already(timeframe: Timeframe) -> None:
    window = Intervals.of([(7 * timeframe.duration, 8 * timeframe.duration)])

    assert window.aligned(timeframe) == window

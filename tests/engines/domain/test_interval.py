"""Examples of intervals; their algebra is in tests/laws."""

import pytest

from engines.domain.interval import Interval, Intervals
from engines.domain.timeframe import D1, DAY, M1, MINUTE


def of(*ranges: tuple[int, int]) -> Intervals:
    return Intervals.of(ranges)


def test_overlapping_touching_and_nested_ranges_become_one() -> None:
    assert of((5, 8), (0, 3), (3, 5), (1, 2)).ranges == (Interval(0, 8),)


def test_a_gap_of_one_microsecond_is_a_gap() -> None:
    assert of((0, 3), (4, 5)).ranges == (Interval(0, 3), Interval(4, 5))


def test_empty_and_inverted_ranges_hold_nothing() -> None:
    assert of((3, 3), (9, 4)) == Intervals()
    assert not of((3, 3))


def test_of_takes_intervals_and_pairs_alike() -> None:
    assert Intervals.of([Interval(4, 6), (0, 4)]) == of((0, 6))


def test_ranges_are_half_open() -> None:
    assert 0 in of((0, 3))
    assert 3 not in of((0, 3))


def test_it_is_a_collection_of_its_ranges() -> None:
    two = of((0, 1), (5, 9))

    assert (list(two), len(two), bool(two)) == ([Interval(0, 1), Interval(5, 9)], 2, True)


def test_span_and_length() -> None:
    two = of((0, 1), (5, 9))

    assert (two.span, two.length) == (Interval(0, 9), 5)


def test_nothing_has_no_span_and_no_length() -> None:
    assert Intervals().length == 0
    with pytest.raises(IndexError):
        _ = Intervals().span


def test_difference_cuts_a_hole() -> None:
    assert of((0, 10)) - of((3, 4), (6, 8)) == of((0, 3), (4, 6), (8, 10))


def test_aligned_grows_to_whole_windows() -> None:
    assert of((1, 2), (MINUTE, MINUTE + 1)).aligned(M1) == of((0, 2 * MINUTE))
    assert of((MINUTE - 1, MINUTE)).aligned(M1) == of((0, MINUTE))
    assert of((DAY - 1, DAY + 1)).aligned(D1) == of((0, 2 * DAY))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 2, False), (0, 3, True), (4, 5, True), (5, 9, False), (0, 9, True), (4, 4, False), (4, 3, False)],
)
def test_overlaps_asks_for_a_common_instant(start: int, end: int, expected: bool) -> None:
    assert of((2, 5)).overlaps(start, end) is expected


def test_coarsened_closes_the_smallest_gaps_first() -> None:
    assert of((0, 1), (2, 3), (9, 10), (12, 13)).coarsened(2) == of((0, 3), (9, 13))


def test_coarsened_leaves_few_ranges_alone() -> None:
    assert of((0, 1), (9, 10)).coarsened(2) == of((0, 1), (9, 10))


def test_str_is_the_half_open_range_in_utc() -> None:
    assert str(Interval(0, MINUTE)) == "[1970-01-01T00:00:00Z, 1970-01-01T00:01:00Z)"

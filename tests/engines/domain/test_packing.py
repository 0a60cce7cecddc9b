"""Files of one commit: few, short in time, and none too large."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engines.domain.packing import MOST_CUT, MOST_ROWS, file_starts

partitions = st.lists(
    st.dictionaries(st.integers(0, 40), st.integers(1, MOST_ROWS), min_size=1, max_size=12), min_size=1, max_size=6
)


@given(partitions)
def test_a_file_begins_at_the_first_hour_and_only_where_there_are_rows(parts: list[dict[int, int]]) -> None:
    for rows, starts in zip(parts, file_starts(parts), strict=True):
        assert starts[0] == min(rows)
        assert starts == sorted(set(starts))
        assert set(starts) <= set(rows)


@given(partitions)
def test_a_file_of_several_hours_holds_no_more_than_its_share_and_has_no_gap_where_files_may_be_cut(
    parts: list[dict[int, int]],
) -> None:
    for rows, starts in zip(parts, file_starts(parts), strict=True):
        for begin, end in pairwise([*starts, max(rows) + 1]):
            hours = sorted(hour for hour in rows if begin <= hour < end)
            assert len(hours) == 1 or sum(rows[hour] for hour in hours) <= MOST_ROWS
            assert hours == list(range(begin, hours[-1] + 1))


def test_trades_of_two_times_of_a_day_are_two_files() -> None:
    assert file_starts([{0: 1, 8: 1}]) == [[0, 8]]


def test_hours_on_end_are_one_file() -> None:
    assert file_starts([dict.fromkeys(range(24), 10)]) == [[0]]


def test_many_days_are_a_file_each_however_thin() -> None:
    assert file_starts([{day * 24: 1, day * 24 + 9: 1} for day in range(MOST_CUT)]) == [
        [day * 24] for day in range(MOST_CUT)
    ]


def test_the_largest_gaps_are_cut_first() -> None:
    parts = [{day * 24: 1, day * 24 + 2 + (day == 5): 1} for day in range(MOST_CUT - 1)]

    assert [starts for starts in file_starts(parts) if len(starts) > 1] == [[120, 123]]

"""Which files of trades are merged: those that overlap and small neighbours, never across a large gap."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval
from engines.domain.merging import Group, groups
from engines.domain.packing import MOST_CUT, MOST_ROWS
from engines.domain.timeframe import HOUR, MINUTE


def file(name: str, first: int, last: int, rows: int = 10) -> FileSpan:
    """A file with trades from a minute of an hour to a minute of another."""
    return FileSpan(name, Interval(first * HOUR, last * HOUR + MINUTE), rows, rows)


@st.composite
def tables(draw: st.DrawFn) -> list[list[FileSpan]]:
    """Files of up to four partitions of a day each."""
    hours = st.lists(st.tuples(st.integers(0, 23), st.integers(0, 5), st.integers(1, MOST_ROWS)), max_size=8)
    return [
        [
            file(f"{day}.{n}", day * 24 + first, min(day * 24 + first + more, day * 24 + 23), rows)
            for n, (first, more, rows) in enumerate(draw(hours))
        ]
        for day in range(draw(st.integers(1, 4)))
    ]


def paths(group: Group) -> set[str]:
    return {one.path for one in group.files}


@given(tables())
def test_each_file_is_in_one_group_and_no_two_groups_of_a_partition_share_an_hour(parts: list[list[FileSpan]]) -> None:
    found = groups(parts)
    grouped = [one.path for group in found for one in group.files]

    assert sorted(grouped) == sorted(one.path for part in parts for one in part)
    for part in parts:
        own = [group for group in found if paths(group) <= {one.path for one in part}]
        hours = sorted((group.first, group.last) for group in own)
        assert all(before[1] < after[0] for before, after in pairwise(hours))
        assert {path for group in own for path in paths(group)} == {one.path for one in part}


@given(tables())
def test_what_was_merged_is_not_merged_again(parts: list[list[FileSpan]]) -> None:
    """Each group becomes one file; those too large for one become several, which no longer overlap."""
    once = [
        [
            FileSpan(repr(group), Interval(group.first * HOUR, group.last * HOUR + 1), group.rows, 1)
            for group in groups(parts)
            if paths(group) <= {one.path for one in part}
        ]
        for part in parts
    ]

    assert all(len(group.files) == 1 for group in groups(once))


def test_small_neighbours_are_merged_until_a_file_is_full() -> None:
    part = [file(str(n), n, n, MOST_ROWS // 2) for n in range(5)]

    assert [len(group.files) for group in groups([part])] == [2, 2, 1]


def test_large_gaps_stay_while_there_are_few_partitions() -> None:
    part = [file("a", 0, 0), file("b", 8, 8)]

    assert [len(group.files) for group in groups([part])] == [1, 1]
    assert [len(group.files) for group in groups([part], elsewhere=MOST_CUT - 1)] == [2]

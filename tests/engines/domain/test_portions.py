"""Portions are the whole in its order, and each fits into memory."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engines.domain.changes import FileSpan
from engines.domain.interval import BEGINNING, END, Interval, Intervals
from engines.domain.portions import Portion, series_portions, time_portions

ALWAYS = Interval(BEGINNING, END)
EDGES = st.one_of(st.integers(0, 100), st.sampled_from([BEGINNING, END]), st.integers(BEGINNING, END))
SPANS = st.tuples(EDGES, EDGES).filter(lambda edges: edges[0] != edges[1]).map(lambda edges: Interval(*sorted(edges)))


def file(start: int, end: int, rows: int) -> FileSpan:
    return FileSpan("f", Interval(start, end), rows, 1)


class TestTimes:
    """Whole, disjoint, oldest first."""

    @given(st.lists(st.tuples(SPANS, st.integers(1, 50)), max_size=6), SPANS, st.integers(1, 20))
    def test_all_times_of_files_that_are_asked_for_are_in_one_portion(
        self, held: list[tuple[Interval, int]], asked: Interval, most: int
    ) -> None:
        files = [FileSpan("f", span, rows, 1) for span, rows in held]
        portions = time_portions(files, asked, most)
        wanted = Intervals.of(span for span, _ in held) & Intervals((asked,))

        assert all(portion.start < portion.end for portion in portions)
        assert all(before.end == after.start for before, after in pairwise(portions))
        assert Intervals.of(portions) == Intervals.of([wanted.span] if wanted else [])
        assert all(wanted.overlaps(portion.start, portion.end) for portion in portions)

    def test_what_fits_is_one_portion(self) -> None:
        assert time_portions([file(0, 10, 5), file(90, 100, 5)], ALWAYS, 10) == (Interval(0, 100),)
        assert time_portions([file(0, 10, 5), file(90, 100, 5)], Interval(5, 95), 5) == (Interval(5, 95),)

    def test_what_does_not_fit_is_cut_where_a_file_begins_or_ends(self) -> None:
        days = [file(day * 10, day * 10 + 10, 4) for day in range(5)]

        assert time_portions(days, ALWAYS, 8) == (Interval(0, 20), Interval(20, 40), Interval(40, 50))
        assert time_portions(days[::4], ALWAYS, 4) == (Interval(0, 40), Interval(40, 50))

    def test_a_file_that_does_not_fit_is_cut_evenly(self) -> None:
        assert time_portions([file(0, 90, 9)], ALWAYS, 4) == (Interval(0, 30), Interval(30, 60), Interval(60, 90))

    def test_an_instant_cannot_be_cut(self) -> None:
        assert time_portions([file(7, 8, 1000)], ALWAYS, 1) == (Interval(7, 8),)

    def test_there_is_nothing_where_no_file_reaches(self) -> None:
        assert time_portions([], ALWAYS, 1) == time_portions([file(0, 10, 1)], Interval(10, 20), 1) == ()


class TestSeries:
    """In their order, as many together as fit."""

    def test_as_many_as_fit_are_read_together(self) -> None:
        a, b, c, d = (("e", name) for name in "abcd")
        counted = [(a, 2), (b, 2), (c, 9), (d, 1)]

        assert series_portions(counted, 4) == (Portion((a, b), 4), Portion((c,), 9), Portion((d,), 1))
        assert series_portions(counted, 100) == (Portion((a, b, c, d), 14),)
        assert series_portions([], 4) == ()

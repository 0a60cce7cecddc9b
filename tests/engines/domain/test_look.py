"""The times of a look: those of about so many of the newest rows."""

from hypothesis import given
from hypothesis import strategies as st

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval
from engines.domain.look import newest_times
from engines.domain.timeframe import DAY, SECOND

MOST = 1_000


def file(start: int, end: int, rows: int) -> FileSpan:
    return FileSpan("f", Interval(start, end), rows, 1)


FILES = st.lists(
    st.builds(lambda start, length, rows: file(start, start + length, rows),
              st.integers(0, 9 * DAY), st.integers(1, DAY), st.integers(1, 10**9)),
    min_size=1, max_size=5,
)  # fmt: skip


@given(FILES)
def test_a_look_reaches_the_newest_row_and_no_further_than_all_rows(files: list[FileSpan]) -> None:
    times = newest_times(files, MOST)

    assert times is not None
    assert times.end == max(one.interval.end for one in files)
    assert times.start >= min(one.interval.start for one in files)
    assert times.start < times.end


def test_few_rows_are_looked_at_all() -> None:
    assert newest_times([file(0, DAY, 9), file(DAY, 2 * DAY, 9)], MOST) == Interval(0, 2 * DAY)


def test_of_a_large_file_only_its_end() -> None:
    times = newest_times([file(0, DAY, 86_400_000)], MOST)

    assert times == Interval(DAY - SECOND, DAY)


def test_rows_without_a_time_are_not_found() -> None:
    assert newest_times([file(0, 0, 9)], MOST) is None
    assert newest_times([], MOST) is None

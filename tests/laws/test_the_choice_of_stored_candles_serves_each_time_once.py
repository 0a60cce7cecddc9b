"""Serving: the chosen tables cover what is asked for, each time once, in whole windows, and prefer the coarsest."""

from hypothesis import given
from hypothesis import strategies as st

from engines.domain.interval import NOTHING, Interval, Intervals
from engines.domain.serving import Stored, serving
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, M1, MINUTE
from engines.domain.window import parse_windows

BEGIN = 19_000 * DAY
TIMES = st.integers(0, 60 * 24 * 60).map(lambda minutes: BEGIN + minutes * MINUTE)
RULES = st.sampled_from(
    [("7m", "UTC"), ("4h", "UTC"), ("1d", "Asia/Kolkata"), ("1w", "America/New_York"), ("1M", "UTC")]
)


@st.composite
def tables(draw: st.DrawFn) -> list[Stored]:
    end = BEGIN + 60 * DAY
    found = []
    for timeframe in DEFAULT_TIMEFRAMES:
        reach, until = draw(TIMES), draw(TIMES)
        stored = Stored(
            timeframe=timeframe,
            held=Interval(timeframe.floor(reach), timeframe.ceil(end)),
            reach=reach,
            until=until if timeframe != M1 else end,
            current=draw(st.booleans()) or timeframe == M1,
        )
        found.append(stored)
    return found


@given(RULES, tables(), TIMES, TIMES)
def test_each_time_is_served_once_in_whole_windows(
    rule: tuple[str, str], stored: list[Stored], one: int, other: int
) -> None:
    windows = parse_windows(rule[0], zone=rule[1])
    asked = Interval(min(one, other), max(one, other) + 1)

    chosen = serving(windows, asked, stored)

    together, length = NOTHING, 0
    by_name = {table.timeframe: table for table in stored}
    for timeframe, times in chosen.parts:
        assert all(edge % timeframe.duration == 0 for r in times for edge in (r.start, r.end))
        assert times == times & by_name[timeframe].times
        together, length = together | times, length + times.length
    if chosen.parts:
        assert together == Intervals((chosen.span,))
        assert length == together.length
        assert windows.floor(chosen.span.start) == chosen.span.start
        assert windows.floor(chosen.span.end) == chosen.span.end
        assert asked.start <= chosen.span.start
        last = windows.floor(chosen.span.end - 1)
        assert last < asked.end


def whole(timeframe_index: int, *, current: bool = True, until: int = BEGIN + 60 * DAY, reach: int = BEGIN) -> Stored:
    timeframe = DEFAULT_TIMEFRAMES[timeframe_index]
    return Stored(
        timeframe=timeframe, held=Interval(reach, BEGIN + 60 * DAY), reach=reach, until=until, current=current
    )


ASKED = Interval(BEGIN, BEGIN + 60 * DAY)


def test_the_coarsest_that_nests_serves_and_the_newest_hours_come_from_finer_ones() -> None:
    stored = [
        whole(0),
        whole(1),
        whole(2),
        whole(3, until=BEGIN + 59 * DAY + 6 * HOUR),
        whole(4, until=BEGIN + 59 * DAY),
    ]

    parts = serving(parse_windows("4h"), ASKED, stored).parts

    assert [(str(timeframe), times.length // HOUR) for timeframe, times in parts] == [
        ("1h", 59 * 24 + 6),
        ("30m", 18),
    ]


def test_a_table_that_is_behind_serves_only_what_no_other_can() -> None:
    stored = [whole(0, reach=BEGIN + 10 * DAY), whole(3, current=False)]

    chosen = serving(parse_windows("4h"), ASKED, stored)

    assert [(str(timeframe), times.length // DAY) for timeframe, times in chosen.parts] == [("1m", 50), ("1h", 10)]
    assert chosen.behind == (DEFAULT_TIMEFRAMES[3],)


def test_where_only_longer_candles_are_kept_the_first_window_after_them_is_named() -> None:
    stored = [whole(0, reach=BEGIN + 10 * DAY + MINUTE), whole(4)]

    chosen = serving(parse_windows("4h"), ASKED, stored)

    assert chosen.span.start == BEGIN + 10 * DAY + 4 * HOUR
    assert chosen.coarser == (DEFAULT_TIMEFRAMES[4],)


def test_nothing_is_served_without_candles_or_before_a_window_is_over() -> None:
    assert serving(parse_windows("1w"), ASKED, []).parts == ()
    assert serving(parse_windows("1q"), ASKED, [whole(0)]).parts == ()

"""Windows: each instant is in exactly one, and two share it just where a calendar gives them the same date."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from engines.domain.interval import Interval
from engines.domain.timeframe import DAY, HOUR, MINUTE, to_datetime
from engines.domain.window import Windows, parse_windows

ZONES = (
    "UTC",
    "America/New_York",
    "America/Sao_Paulo",  # its clocks were changed at midnight
    "America/Havana",
    "Asia/Kathmandu",  # 5:45
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Apia",  # had no 30 December 2011
    "Africa/Casablanca",
    "Asia/Pyongyang",
)
YEAR = 365 * DAY
INSTANTS = st.integers(35 * YEAR, 70 * YEAR)
LENGTHS = st.sampled_from(["1m", "7m", "45m", "90m", "4h", "36h", "1d", "3d", "1w", "2w", "1M", "5M", "1q", "1y", "4y"])
STARTS = st.sampled_from([0, 0, 17 * HOUR, 90 * MINUTE, 23 * HOUR + 59 * MINUTE])


@st.composite
def rules(draw: st.DrawFn) -> Windows:
    return parse_windows(draw(LENGTHS), zone=draw(st.sampled_from(ZONES)), day_start=draw(STARTS))


@given(rules(), INSTANTS)
@example(parse_windows("1d", zone="Pacific/Apia"), 15_338 * DAY + 10 * HOUR)
def test_an_instant_is_in_one_window_and_windows_touch(windows: Windows, instant: int) -> None:
    start, end = windows.floor(instant), windows.next(instant)

    assert start <= instant < end
    assert windows.floor(start) == windows.floor(end - 1) == start
    assert windows.floor(end) == end
    assert windows.next(start) == end


@given(rules(), INSTANTS, st.integers(1, 400 * DAY))
def test_stretches_are_the_windows_one_after_another(windows: Windows, start: int, length: int) -> None:
    span = Interval(start, start + min(length, 5000 * (windows.next(start) - windows.floor(start))))
    stretches = windows.stretches(span)
    edge = windows.floor(span.start)
    for stretch in stretches:
        assert stretch.start == edge
        for edge in range(stretch.start, stretch.end, stretch.length):
            assert windows.next(edge) == edge + stretch.length
        edge = stretch.end

    assert stretches[-1].end == windows.next(span.end - 1)


def label(instant: int, count: int, unit: str, zone: str, day_start: int) -> object:
    """The window of an instant as a calendar says it, by another road than ours: from the local date alone."""
    local = to_datetime(instant).astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(microseconds=day_start)
    if unit == "d":
        return (local.date() - date(1970, 1, 1)).days // count
    if unit == "w":
        year, week, _ = local.isocalendar()
        return (date.fromisocalendar(year, week, 1) - date(1970, 1, 5)).days // 7 // count
    months = {"M": 1, "q": 3, "y": 12}[unit] * count
    return ((local.year - 1970) * 12 + local.month - 1) // months


DAWNS = {"UTC": 0, "Asia/Kathmandu": 0, "America/New_York": 17 * HOUR, "Asia/Kolkata": 90 * MINUTE, "Europe/Berlin": 0}
"""Zones, each with a time of day at which its clocks are never changed."""


@given(st.sampled_from(sorted(DAWNS)), st.sampled_from("dwMqy"), st.integers(1, 5), INSTANTS, st.integers(0, 900 * DAY))
def test_two_instants_share_a_window_where_the_calendar_says_so(
    zone: str, unit: str, count: int, instant: int, later: int
) -> None:
    windows = parse_windows(f"{count}{unit}", zone=zone, day_start=DAWNS[zone])

    shared = windows.floor(instant) == windows.floor(instant + later)

    assert shared == (
        label(instant, count, unit, zone, DAWNS[zone]) == label(instant + later, count, unit, zone, DAWNS[zone])
    )

"""Windows are half-open, UTC, aligned to the epoch; instants are exact microseconds."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.timeframe import (
    D1,
    DAY,
    DEFAULT_TIMEFRAMES,
    FINEST,
    HOUR,
    M1,
    M5,
    MINUTE,
    Timeframe,
    isoformat,
    to_datetime,
    to_instant,
)

NOON = to_instant(datetime(2024, 2, 29, 12, tzinfo=UTC))
instants = st.integers(0, 4_000 * DAY)
timeframes = st.sampled_from([*DEFAULT_TIMEFRAMES, *map(Timeframe.parse, ("15m", "4h", "3d"))])


def test_the_five_timeframes_and_their_lengths() -> None:
    lengths = {t.name: t.duration for t in DEFAULT_TIMEFRAMES}

    assert lengths == {"1m": MINUTE, "5m": 5 * MINUTE, "30m": 30 * MINUTE, "1h": HOUR, "1d": DAY}
    assert DEFAULT_TIMEFRAMES[0] == FINEST


def test_they_are_listed_finest_first_and_each_divides_all_coarser_ones() -> None:
    lengths = [t.duration for t in DEFAULT_TIMEFRAMES]

    assert list(DEFAULT_TIMEFRAMES) == sorted(DEFAULT_TIMEFRAMES)
    assert all(b % a == 0 for a, b in pairwise(lengths))


@pytest.mark.parametrize(
    ("text", "duration", "name"),
    [
        ("1m", MINUTE, "1m"),
        ("15m", 15 * MINUTE, "15m"),
        ("90m", 90 * MINUTE, "90m"),
        ("4h", 4 * HOUR, "4h"),
        ("1d", DAY, "1d"),
        ("3d", 3 * DAY, "3d"),
        ("60m", HOUR, "1h"),
        ("1440m", DAY, "1d"),
        ("48h", 2 * DAY, "2d"),
    ],
)
def test_a_timeframe_is_read_from_its_text_and_called_by_the_shortest_one(text: str, duration: int, name: str) -> None:
    timeframe = Timeframe.parse(text)

    assert timeframe == Timeframe(duration)
    assert (timeframe.duration, timeframe.name, str(timeframe)) == (duration, name, name)
    assert Timeframe.parse(name) == timeframe


@pytest.mark.parametrize(
    "text", ["", "m", "0m", "7m", "5h", "25h", "1500m", "1w", "1s", "1M", "-1m", "1.5h", " 1m", "01m"]
)
def test_other_texts_are_no_timeframe(text: str) -> None:
    with pytest.raises(ValueError, match=f"{text!r} is no timeframe"):
        Timeframe.parse(text)


@pytest.mark.parametrize("duration", [0, -MINUTE, 1, MINUTE // 2, MINUTE + 1, 7 * MINUTE, 25 * HOUR, -DAY])
def test_a_length_that_does_not_tile_days_is_no_timeframe(duration: int) -> None:
    with pytest.raises(ValueError, match="divide a day"):
        Timeframe(duration)


@pytest.mark.parametrize(
    ("timeframe", "offset", "floor", "ceil"),
    [
        (M1, 0, 0, 0),
        (M1, 1, 0, MINUTE),
        (M1, MINUTE - 1, 0, MINUTE),
        (M1, MINUTE, MINUTE, MINUTE),
        (M5, -1, -5 * MINUTE, 0),
        (D1, 0, -12 * HOUR, 12 * HOUR),
    ],
)
def test_floor_and_ceil_around_noon(timeframe: Timeframe, offset: int, floor: int, ceil: int) -> None:
    assert (timeframe.floor(NOON + offset), timeframe.ceil(NOON + offset)) == (NOON + floor, NOON + ceil)


@given(instants, timeframes)
def test_each_instant_lies_in_the_window_that_begins_at_its_floor(instant: int, timeframe: Timeframe) -> None:
    start = timeframe.floor(instant)

    assert start <= instant < start + timeframe.duration
    assert start % timeframe.duration == 0
    assert timeframe.next(instant) == start + timeframe.duration


@given(instants, timeframes)
def test_ceil_is_the_first_boundary_at_or_after(instant: int, timeframe: Timeframe) -> None:
    end = timeframe.ceil(instant)

    assert end - timeframe.duration < instant <= end
    assert end % timeframe.duration == 0


def test_before_the_epoch_floor_still_rounds_down() -> None:
    assert M1.floor(-1) == -MINUTE
    assert M1.ceil(-1) == 0


@given(instants)
def test_instant_and_datetime_are_two_spellings(instant: int) -> None:
    assert to_instant(to_datetime(instant)) == instant


def test_an_instant_is_the_same_in_any_time_zone() -> None:
    there = datetime(2024, 2, 29, 17, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    assert to_instant(there) == NOON


def test_no_microsecond_is_lost_in_far_times() -> None:
    # As a float of seconds this one would be rounded.
    assert to_instant(datetime(2286, 11, 20, 17, 46, 39, 999_999, tzinfo=UTC)) == 9_999_999_999_999_999


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(TypeError):
        to_instant(datetime(2024, 2, 29, 12))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (NOON, "2024-02-29T12:00:00Z"),
        (NOON - 1, "2024-02-29T11:59:59.999999Z"),
    ],
)
def test_isoformat_ends_in_z(instant: int, text: str) -> None:
    assert isoformat(instant) == text

"""Times as users write them."""

import pytest

from engines.domain.timeframe import DAY, HOUR, MINUTE, SECOND
from engines.errors import UsageError
from k2cli.language.times import calendar_time, fixed, parse_instant, parse_span, system_clock

NOON = 1_709_294_400_000_000  # 2024-03-01T12:00:00Z, a day after a leap day
NOW = NOON + 90 * SECOND


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01T12:00:00Z",
        "2024-03-01T12:00:00+00:00",
        "2024-03-01 13:00+01:00",
        "20240301T120000Z",
        "2024-03-01T12:00:00",
        "2024-03-01 12:00",
        " 2024-03-01 12 ",
    ],
)
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    assert parse_instant(text, option="--now", now=NOW) == NOON


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-03-01", NOON - 12 * HOUR),
        ("now", NOW),
        ("NOW", NOW),
        ("now-2h", NOW - 2 * HOUR),
        ("now + 10 minutes", None),
        ("now+10m", NOW + 10 * MINUTE),
        ("7d", NOW - 7 * DAY),
        ("90s", NOON),
        ("today", NOON - 12 * HOUR),
        ("today+9h", NOON - 3 * HOUR),
        ("yesterday", NOON - 36 * HOUR),
        ("yesterday-1d", NOON - 60 * HOUR),
        ("tomorrow", NOON + 12 * HOUR),
    ],
)
def test_a_time_may_count_from_now(text: str, instant: int | None) -> None:
    if instant is None:
        with pytest.raises(UsageError, match=r"has no unit k2 knows; did you mean 10m\?"):
            parse_instant(text, option="--from", now=NOW)
    else:
        assert parse_instant(text, option="--from", now=NOW) == instant


def test_days_begin_at_midnight_before_the_epoch_too() -> None:
    assert parse_instant("today", option="--now", now=-1) == -DAY


def test_microseconds_are_kept() -> None:
    assert parse_instant("1970-01-01T00:00:00.000001Z", option="--now", now=NOW) == 1


@pytest.mark.parametrize("text", ["last week", "", "2024-13-01T00:00:00Z", "7", "now-", "-7d"])
def test_what_is_no_time_is_refused_with_ways_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time") as raised:
        parse_instant(text, option="--now", now=NOW)

    assert "now-2h" in raised.value.hint


def test_a_span_may_be_open_at_either_end_but_not_empty() -> None:
    noon = "2024-03-01T12:00:00Z"

    assert parse_span(None, None, now=NOW) == (None, None)
    assert parse_span(noon, None, now=NOW) == (NOON, None)
    assert parse_span("2h", "today+12h", now=NOW) == (NOW - 2 * HOUR, NOON)
    with pytest.raises(UsageError, match="no window lies between") as raised:
        parse_span("yesterday", "2024-02-29", now=NOW)

    assert raised.value.hint == "--from is inclusive, --to exclusive: a whole day ends with the date of the next"


@pytest.mark.parametrize(("instant", "text"), [(0, "1970-01-01"), (-(2**63), "0001-01-01"), (2**63, "9999-12-31")])
def test_an_instant_beyond_the_calendar_is_told_as_its_end(instant: int, text: str) -> None:
    assert str(calendar_time(instant).date()) == text


def test_a_fixed_clock_stands_still() -> None:
    assert fixed(5)() == 5


def test_the_system_clock_goes_forward_in_microseconds() -> None:
    first = system_clock()

    assert 1_700_000_000_000_000 < first <= system_clock()

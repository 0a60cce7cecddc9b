"""Times as users write them."""

import pytest

from engines.errors import UsageError
from k2cli.language.times import calendar_time, fixed, parse_instant, parse_span, system_clock


@pytest.mark.parametrize(
    "text",
    ["2024-03-01T12:00:00Z", "2024-03-01T12:00:00+00:00", "2024-03-01 13:00+01:00", "20240301T120000Z"],
)
def test_a_time_with_its_zone_is_an_instant(text: str) -> None:
    assert parse_instant(text, option="--now") == 1_709_294_400_000_000


def test_microseconds_are_kept() -> None:
    assert parse_instant("1970-01-01T00:00:00.000001Z", option="--now") == 1


@pytest.mark.parametrize("text", ["2024-03-01T12:00:00", "2024-03-01"])
def test_a_naive_time_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(UsageError, match=r"--from .* does not tell its time zone") as raised:
        parse_instant(text, option="--from")

    assert raised.value.hint == "write it with its zone: --from 2024-03-01T12:00:00Z"


@pytest.mark.parametrize("text", ["yesterday", "", "2024-13-01T00:00:00Z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not an ISO 8601 time"):
        parse_instant(text, option="--now")


def test_a_span_may_be_open_at_either_end_but_not_empty() -> None:
    noon = "2024-03-01T12:00:00Z"

    assert parse_span(None, None) == (None, None)
    assert parse_span(noon, None) == (1_709_294_400_000_000, None)
    assert parse_span(None, noon) == (None, 1_709_294_400_000_000)
    with pytest.raises(UsageError, match="no window lies between"):
        parse_span(noon, noon)


@pytest.mark.parametrize(("instant", "text"), [(0, "1970-01-01"), (-(2**63), "0001-01-01"), (2**63, "9999-12-31")])
def test_an_instant_beyond_the_calendar_is_told_as_its_end(instant: int, text: str) -> None:
    assert str(calendar_time(instant).date()) == text


def test_a_fixed_clock_stands_still() -> None:
    assert fixed(5)() == 5


def test_the_system_clock_goes_forward_in_microseconds() -> None:
    first = system_clock()

    assert 1_700_000_000_000_000 < first <= system_clock()

"""Durations as users write them."""

import pytest

from engines.errors import UsageError
from k2cli.language.durations import format_duration, parse_duration, parse_optional_duration


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("90d", 90 * 86_400_000_000),
        ("10m", 600_000_000),
        ("15s", 15_000_000),
        ("2h", 7_200_000_000),
        ("1w", 7 * 86_400_000_000),
        ("250ms", 250_000),
        (" 5 m ", 300_000_000),
        ("7", 7_000_000),
        (8, 8_000_000),
        (0, 0),
    ],
)
def test_a_number_and_a_unit(text: str | int, microseconds: int) -> None:
    assert parse_duration(text) == microseconds


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("10mins", "10m"), ("10 minutes", "10m"), ("3D", "3d"), ("5sec", "5s"), ("2 hrs", "2h"), ("9days", "9d")],
)
def test_an_unknown_unit_is_answered_with_the_nearest(text: str, suggestion: str) -> None:
    with pytest.raises(ValueError, match=rf"did you mean {suggestion}\?"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "m", "-5m", "1.5h", "1h30m", True, "99999999d"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration|longer than"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["90d", "10m", "15s", "7h", "250ms", "0s"])
def test_formatting_is_the_inverse(text: str) -> None:
    assert format_duration(parse_duration(text)) == text


def test_an_option_that_was_not_given_is_no_duration() -> None:
    assert parse_optional_duration(None, option="--lookback") is None
    assert parse_optional_duration("10m", option="--lookback") == 600_000_000


@pytest.mark.parametrize("text", ["soon", "0", "0d", "-5m"])
def test_an_option_that_is_no_duration_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="--lookback"):
        parse_optional_duration(text, option="--lookback")

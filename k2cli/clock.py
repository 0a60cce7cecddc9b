"""The clock, as an argument: instants are microseconds since the epoch, UTC."""

import time
from collections.abc import Callable
from datetime import datetime

from engines.domain.timeframe import to_instant
from engines.errors import UsageError

Clock = Callable[[], int]
"""Tells what instant it is."""


def system_clock() -> int:
    """The machine's clock."""
    return time.time_ns() // 1_000


def parse_instant(text: str, *, option: str) -> int:
    """Read an ISO 8601 time with its zone.

    Args:
        text: As the user wrote it: ``2024-03-01T12:00:00Z``, ``2024-03-01 13:00+01:00``.
        option: The option it was given to, named in the error.

    Raises:
        UsageError: It is no time, or it does not tell its zone.
    """
    example = f"write it with its zone: {option} 2024-03-01T12:00:00Z"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not an ISO 8601 time", hint=example) from error
    if moment.tzinfo is None:
        raise UsageError(f"{option} {text!r} does not tell its time zone", hint=example)
    try:
        return to_instant(moment)
    except OverflowError as error:
        raise UsageError(f"{option} {text!r} lies outside of the years 1 to 9999", hint=example) from error


def parse_optional_instant(text: str | None, *, option: str) -> int | None:
    """Read a time that need not be given. Raises as `parse_instant`."""
    return None if text is None else parse_instant(text, option=option)


def fixed(instant: int) -> Clock:
    """A clock that stands still, as `--now` sets it."""
    return lambda: instant

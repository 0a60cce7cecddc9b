"""The clock, as an argument: instants are microseconds since the epoch, UTC."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from engines.domain.timeframe import isoformat, to_datetime, to_instant
from engines.errors import UsageError

Clock = Callable[[], int]
"""Tells what instant it is."""

_FIRST = to_instant(datetime(1, 1, 1, tzinfo=UTC))
_LAST = to_instant(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))


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


def parse_span(start: str | None, end: str | None) -> tuple[int | None, int | None]:
    """Read ``--from`` and ``--to``.

    Raises:
        UsageError: One of them is no time, or nothing lies between them.
    """
    since, until = parse_optional_instant(start, option="--from"), parse_optional_instant(end, option="--to")
    if since is not None and until is not None and since >= until:
        raise UsageError(
            f"--from {isoformat(since)} is not before --to {isoformat(until)}: no window lies between",
            hint="--from is inclusive, --to exclusive",
        )
    return since, until


def calendar_time(instant: int) -> datetime:
    """The UTC datetime of an instant; one beyond the calendar (a source may hold nonsense) becomes its first or last.

    Nanoseconds taken for microseconds are in the year 56000.
    """
    return to_datetime(min(max(instant, _FIRST), _LAST))


def fixed(instant: int) -> Clock:
    """A clock that stands still, as `--now` sets it."""
    return lambda: instant

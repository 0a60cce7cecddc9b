"""Clocks, and times as users write them. Instants are microseconds since the epoch, UTC."""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import overload

from engines.domain.timeframe import DAY, isoformat, to_datetime, to_instant
from engines.errors import UsageError
from k2cli.language.durations import parse_duration

Clock = Callable[[], int]
"""Function that returns the current instant."""

Time = str | date | datetime
"""A time as users specify it: a text, a date or a datetime."""

_FIRST = to_instant(datetime(1, 1, 1, tzinfo=UTC))
_LAST = to_instant(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))


def system_clock() -> int:
    """The current time of the system clock."""
    return time.time_ns() // 1_000


EXAMPLES = "2024-03-01, 2024-03-01T12:00Z, 7d (ago), yesterday, now-2h"
"""Examples of the forms in which users may write a time; UTC if it has no zone."""

_RELATIVE = re.compile(r"(now|today|yesterday|tomorrow)(?:\s*([+-])\s*(.+))?")
_AGO = re.compile(r"\d+\s*[A-Za-z]+")
_DAYS = {"today": 0, "yesterday": -DAY, "tomorrow": DAY}


def parse_instant(time: Time, *, option: str, now: int) -> int:
    """Read a time as a user writes it.

    Args:
        time: A date (its first instant), a datetime, or a text: ISO 8601 (``2024-03-01``, ``2024-03-01 13:00+01:00``),
            the word for a day (``yesterday``, its first instant), a duration before now (``7d``), or a word plus or
            minus a duration (``now-2h``, ``today+9h``). UTC if it has no zone.
        option: The option or argument that the time was given to, for error messages.
        now: The time of the run, microseconds.

    Raises:
        UsageError: It is not a time, or outside of the years 1 to 9999.
    """
    if not isinstance(time, str | date):
        raise UsageError(f"{option} {time!r} is not a time", hint=f"write it like one of {EXAMPLES}")
    text = time if isinstance(time, str) else time.isoformat()
    word = text.strip().lower()
    if relative := _RELATIVE.fullmatch(word):
        return _counted(relative, text, option=option, now=now)
    if _AGO.fullmatch(word):
        return now - _duration(word, text, option=option)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a time", hint=f"write it like one of {EXAMPLES}") from error
    try:
        return to_instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError as error:
        raise UsageError(f"{option} {text!r} lies outside of the years 1 to 9999") from error


def _counted(relative: re.Match[str], text: str, *, option: str, now: int) -> int:
    """The instant of a word such as ``today``, plus or minus a duration if there is one."""
    word, sign, distance = relative.groups()
    base = now if word == "now" else now - now % DAY + _DAYS[word]
    step = _duration(distance, text, option=option) if distance else 0
    return base - step if sign == "-" else base + step


def _duration(written: str, text: str, *, option: str) -> int:
    try:
        return parse_duration(written)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a time: {error}", hint=f"one of {EXAMPLES}") from error


def parse_optional_instant(time: Time | None, *, option: str, now: int) -> int | None:
    """Read a time that may be None. Raises the errors of `parse_instant`."""
    return None if time is None else parse_instant(time, option=option, now=now)


def parse_span(
    start: Time | None, end: Time | None, *, now: int, names: tuple[str, str] = ("--from", "--to")
) -> tuple[int | None, int | None]:
    """Read ``--from`` and ``--to`` as a half-open range, so that a date as ``--to`` ends it before that day.

    Args:
        start: Start of the range, inclusive.
        end: End of the range, exclusive.
        now: The time of the run, microseconds.
        names: Names of the two options, for error messages.

    Raises:
        UsageError: One of them is not a time, or the start is not before the end.
    """
    first, last = names
    since = parse_optional_instant(start, option=first, now=now)
    until = parse_optional_instant(end, option=last, now=now)
    if since is not None and until is not None and since >= until:
        raise UsageError(
            f"{first} {isoformat(since)} is not before {last} {isoformat(until)}: no window lies between",
            hint=f"{first} is inclusive, {last} exclusive: a whole day ends with the date of the next",
        )
    return since, until


@overload
def calendar_time(instant: int) -> datetime: ...
@overload
def calendar_time(instant: int | None) -> datetime | None: ...
def calendar_time(instant: int | None) -> datetime | None:
    """The UTC datetime of an instant, limited to the years 1 to 9999; None for None.

    A source may hold instants outside of them: nanoseconds taken for microseconds are in the year 56000.
    """
    return None if instant is None else to_datetime(min(max(instant, _FIRST), _LAST))


def fixed(instant: int) -> Clock:
    """A clock that always returns the same instant, as set by `--now`."""
    return lambda: instant

"""The clock, as an argument: instants are microseconds since the epoch, UTC."""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from engines.domain.timeframe import DAY, isoformat, to_datetime, to_instant
from engines.errors import UsageError
from k2cli.language.durations import parse_duration

Clock = Callable[[], int]
"""Tells what instant it is."""

Time = str | date | datetime
"""A time as users give it: a text, a date or a datetime."""

_FIRST = to_instant(datetime(1, 1, 1, tzinfo=UTC))
_LAST = to_instant(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))


def system_clock() -> int:
    """The machine's clock."""
    return time.time_ns() // 1_000


EXAMPLES = "2024-03-01, 2024-03-01T12:00Z, 7d (ago), yesterday, now-2h"
"""The forms of a time that users may write; UTC where it has no zone."""

_RELATIVE = re.compile(r"(now|today|yesterday|tomorrow)(?:\s*([+-])\s*(.+))?")
_AGO = re.compile(r"\d+\s*[A-Za-z]+")
_DAYS = {"today": 0, "yesterday": -DAY, "tomorrow": DAY}


def parse_instant(time: Time, *, option: str, now: int) -> int:
    """Read a time as a user writes it.

    Args:
        time: A date (its first instant), a datetime, or a text: ISO 8601 (``2024-03-01``, ``2024-03-01 13:00+01:00``),
            a day by its word (``yesterday``, its first instant), a duration before now (``7d``), or a word with one
            (``now-2h``, ``today+9h``). UTC where it has no zone.
        option: The option or argument it was given to, named in the error.
        now: The run's clock, microseconds.

    Raises:
        UsageError: It is no time.
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
    """The instant of a word, and of a duration before or after it."""
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
    """Read a time that need not be given. Raises as `parse_instant`."""
    return None if time is None else parse_instant(time, option=option, now=now)


def parse_span(
    start: Time | None, end: Time | None, *, now: int, names: tuple[str, str] = ("--from", "--to")
) -> tuple[int | None, int | None]:
    """Read ``--from`` and ``--to``: a half-open range, so that ``--to`` a day means up to its first instant.

    Args:
        start: The first.
        end: The last.
        now: The run's clock, microseconds.
        names: What they are called, for errors.

    Raises:
        UsageError: One of them is no time, or nothing lies between them.
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


def calendar_time(instant: int) -> datetime:
    """The UTC datetime of an instant; one beyond the calendar (a source may hold nonsense) becomes its first or last.

    Nanoseconds taken for microseconds are in the year 56000.
    """
    return to_datetime(min(max(instant, _FIRST), _LAST))


def fixed(instant: int) -> Clock:
    """A clock that stands still, as `--now` sets it."""
    return lambda: instant

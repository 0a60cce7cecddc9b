"""Durations as people write them: ``90d``, ``10m``, ``15s``; a number without a unit is whole seconds."""

import re
from difflib import get_close_matches

from engines.domain.timeframe import DAY, HOUR, MINUTE, SECOND
from engines.errors import UsageError

_UNITS = {"ms": 1_000, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_WORDS = {
    "millisecond": "ms",
    "second": "s",
    "sec": "s",
    "minute": "m",
    "min": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
}
_PATTERN = re.compile(r"(\d+)\s*([A-Za-z]*)")
_LONGEST = 3_650_000 * DAY


def parse_duration(value: str | int) -> int:
    """Return the microseconds of a duration.

    Raises:
        ValueError: It is not a duration; the message can be shown to the user and suggests a unit if the unit is wrong.
    """
    match = None if isinstance(value, bool) else _PATTERN.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is not a duration: write 90d, 10m, 15s or whole seconds")
    number, unit = match.groups()
    if (unit or "s") not in _UNITS:
        raise ValueError(f"{value!r} has no unit k2 knows; did you mean {number}{_nearest(unit)}?")
    duration = int(number) * _UNITS[unit or "s"]
    if duration > _LONGEST:
        raise ValueError(f"{value!r} is longer than 10 000 years")
    return duration


def parse_optional_duration(text: str | None, *, option: str) -> int | None:
    """Return the microseconds of an option's duration; None if the option was not given.

    Raises:
        UsageError: It is not a duration, or it is zero.
    """
    try:
        duration = None if text is None else parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
    if duration == 0:
        raise UsageError(f"{option} {text} is zero", hint=f"for instance {option} 10m")
    return duration


def format_duration(microseconds: int) -> str:
    """A duration in the largest unit that gives a whole number: ``90d``, ``10m``, ``0s``."""
    for unit in ("d", "h", "m", "s", "ms"):
        if microseconds and microseconds % _UNITS[unit] == 0:
            return f"{microseconds // _UNITS[unit]}{unit}"
    return f"{microseconds / SECOND:g}s"


def _nearest(unit: str) -> str:
    """The unit most similar to an unknown one; by the first letter if none is similar, else seconds."""
    if unit.lower() in _UNITS:
        return unit.lower()
    near = get_close_matches(unit.lower().removesuffix("s"), _WORDS, n=1, cutoff=0.5)
    if near:
        return _WORDS[near[0]]
    return unit[:1].lower() if unit[:1].lower() in _UNITS else "s"

"""Durations as people write them: ``90d``, ``10m``, ``15s``; whole seconds when there is no unit."""

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
    """Microseconds of a duration.

    Raises:
        ValueError: The sentence to show to the user, with a suggestion where one can be made.
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
    """Read a duration that need not be given to an option.

    Raises:
        UsageError: It is no duration, or none at all.
    """
    try:
        duration = None if text is None else parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error
    if duration == 0:
        raise UsageError(f"{option} {text} is zero", hint=f"for instance {option} 10m")
    return duration


def format_duration(microseconds: int) -> str:
    """The shortest way to write a duration exactly: ``90d``, ``10m``, ``0s``."""
    for unit in ("d", "h", "m", "s", "ms"):
        if microseconds and microseconds % _UNITS[unit] == 0:
            return f"{microseconds // _UNITS[unit]}{unit}"
    return f"{microseconds / SECOND:g}s"


def _nearest(unit: str) -> str:
    """The unit most like what was written; the first letter decides where nothing is near."""
    if unit.lower() in _UNITS:
        return unit.lower()
    near = get_close_matches(unit.lower().removesuffix("s"), _WORDS, n=1, cutoff=0.5)
    if near:
        return _WORDS[near[0]]
    return unit[:1].lower() if unit[:1].lower() in _UNITS else "s"

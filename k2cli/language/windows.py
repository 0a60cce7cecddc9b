"""Windows of time as users ask for them: their zone, the time at which a day begins, and an anchor."""

from dataclasses import dataclass

from engines.domain.timeframe import MINUTE
from engines.errors import UsageError
from k2cli.language.times import Time, parse_optional_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Where windows begin.

    Attributes:
        zone: Time zone of days, weeks, months, quarters and years.
        day_start: Local time at which their days begin, microseconds after midnight.
        anchor: An instant at which a window begins.
    """

    zone: str = "UTC"
    day_start: int = 0
    anchor: int | None = None


def parse_alignment(
    zone: str | None, day_start: str | None, anchor: Time | None, *, now: int, names: tuple[str, str]
) -> Alignment:
    """Read what users say of where windows begin.

    Args:
        zone: Name of a time zone; None: UTC.
        day_start: Local time of day at which days begin, ``17:00``; None: midnight.
        anchor: A time at which a window begins.
        now: The time of the run, microseconds.
        names: Names of the last two options, for error messages.

    Raises:
        UsageError: One of them cannot be read.
    """
    return Alignment(
        zone="UTC" if zone is None else zone,
        day_start=0 if day_start is None else _time_of_day(day_start, names[0]),
        anchor=parse_optional_instant(anchor, option=names[1], now=now),
    )


def _time_of_day(text: str, option: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    digits = hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and hours.isascii() and minutes.isascii()
    if not colon or not digits or int(hours) > 23 or int(minutes) > 59:
        raise UsageError(f"{option} {text!r} is no time of day", hint="write it like 17:00")
    return (int(hours) * 60 + int(minutes)) * MINUTE

"""Windows: how time is cut for candles of any length, fixed or of the calendar, in any zone.

The windows of a rule tile time: each instant is in exactly one. Instants are microseconds since the epoch, UTC.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engines.domain.interval import Interval
from engines.domain.timeframe import DAY, EPOCH, HOUR, MINUTE, SECOND, Timeframe, isoformat, to_datetime, to_instant

WEEK = 7 * DAY
_MONDAY = 4 * DAY
"""Monday, 5 January 1970: weeks are counted from here."""
_LONGEST_DAYS = 36_525
"""No window is longer than a century."""

_FIXED = {"m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_MONTHS = {"M": 1, "mo": 1, "q": 3, "y": 12}
UNDERSTOOD = "a number and m (minutes), h, d, w, M (months), q (quarters) or y, such as 15m, 4h, 1w, 3M"
"""How the length of a window is written."""


class Stretch(NamedTuple):
    """A stretch of time whose windows all have the same length.

    Attributes:
        start: Where its first window begins.
        end: Where its last window ends.
        length: Length of each window, microseconds.
    """

    start: int
    end: int
    length: int


@dataclass(frozen=True, slots=True, repr=False)
class FixedWindows:
    """Windows of one length.

    Attributes:
        length: Length of each, microseconds: whole minutes.
        anchor: An instant at which one of them begins: a whole minute.
    """

    length: int
    anchor: int = 0

    @property
    def name(self) -> str:
        """The shortest notation of the length: ``7m``, ``4h``, ``2w``."""
        unit = next(unit for unit in ("w", "d", "h", "m") if self.length % _FIXED[unit] == 0)
        return f"{self.length // _FIXED[unit]}{unit}"

    @property
    def zone(self) -> str:
        """The zone of their dates."""
        return "UTC"

    def __str__(self) -> str:
        ordinary = _MONDAY if self.length % WEEK == 0 else 0
        shifted = (self.anchor - ordinary) % self.length
        return f"{self.name} anchored at {isoformat(self.anchor)}" if shifted else self.name

    def floor(self, instant: int) -> int:
        """Start of the window that contains the instant."""
        return instant - (instant - self.anchor) % self.length

    def next(self, instant: int) -> int:
        """End of the window that contains the instant."""
        return self.floor(instant) + self.length

    def nests(self, timeframe: Timeframe, _: Interval) -> bool:
        """Whether each window is made of whole windows of a timeframe."""
        return self.length % timeframe.duration == 0 and self.anchor % timeframe.duration == 0

    def stretches(self, span: Interval) -> tuple[Stretch, ...]:
        """The windows that overlap a span, as one stretch; none if it is empty."""
        if span.start >= span.end:
            return ()
        return (Stretch(self.floor(span.start), self.next(span.end - 1), self.length),)

    @property
    def timeframe(self) -> Timeframe | None:
        """The timeframe with the same windows; None if there is none."""
        try:
            return None if self.anchor % self.length else Timeframe(self.length)
        except ValueError:
            return None


class Unit(StrEnum):
    """What windows of the calendar count."""

    DAY = "d"
    MONTH = "M"


@dataclass(frozen=True, slots=True, repr=False)
class CalendarWindows:
    """Windows of whole local days or months, of no fixed length: a day of a change of clocks has 23 or 25 hours.

    Attributes:
        count: How many days or months a window has.
        unit: Which of them.
        zone: Name of the time zone.
        day_start: Local time at which a day begins, microseconds after midnight; less than a day.
        first_day: Number of a local date, counted from 1 January 1970, on which a window of days begins.
    """

    count: int
    unit: Unit
    zone: str = "UTC"
    day_start: int = 0
    first_day: int = 0

    @property
    def name(self) -> str:
        """The shortest notation of the length: ``1d``, ``2w``, ``1M``, ``1q``, ``1y``."""
        if self.unit is Unit.DAY:
            weeks = self.count % 7 == 0 and self.first_day % 7 == _MONDAY // DAY
            return f"{self.count // 7}w" if weeks else f"{self.count}d"
        unit = next(unit for unit in ("y", "q", "M") if self.count % _MONTHS[unit] == 0)
        return f"{self.count // _MONTHS[unit]}{unit}"

    def __str__(self) -> str:
        parts = [self.name]
        if self.unit is Unit.DAY and self.count % 7 == 0 and self.first_day % 7 != _MONDAY // DAY:
            parts.append(f"from {EPOCH.date() + timedelta(days=self.first_day):%A}")
        if self.zone != "UTC":
            parts.append(self.zone)
        if self.day_start:
            parts.append(f"from {self.day_start // HOUR:02}:{self.day_start % HOUR // MINUTE:02}")
        return " ".join(parts)

    def floor(self, instant: int) -> int:
        """Start of the window that contains the instant."""
        return self._start(self._number(instant))

    def next(self, instant: int) -> int:
        """End of the window that contains the instant."""
        return self.stretches(Interval(instant, instant + 1))[-1].end

    def nests(self, timeframe: Timeframe, span: Interval) -> bool:
        """Whether each window that overlaps a span is made of whole windows of a timeframe."""
        edges = (edge for stretch in self.stretches(span) for edge in (stretch.start, stretch.end, stretch.length))
        return all(edge % timeframe.duration == 0 for edge in edges)

    def stretches(self, span: Interval) -> tuple[Stretch, ...]:
        """The windows that overlap a span, in stretches of equal length, from first to last without a gap."""
        if span.start >= span.end:
            return ()
        number = self._number(span.start)
        edges = [self._start(number)]
        while edges[-1] < span.end:
            number += 1
            if self._start(number) > edges[-1]:  # a zone may leave out a whole day
                edges.append(self._start(number))
        found: list[Stretch] = []
        for start, end in pairwise(edges):
            if found and found[-1].length == end - start:
                found[-1] = Stretch(found[-1].start, end, end - start)
            else:
                found.append(Stretch(start, end, end - start))
        return tuple(found)

    @property
    def timeframe(self) -> Timeframe | None:
        """The timeframe with the same windows; None if there is none."""
        plain = self.unit is Unit.DAY and self.zone == "UTC" and not self.day_start
        return Timeframe(self.count * DAY) if plain and self.first_day % self.count == 0 else None

    def _number(self, instant: int) -> int:
        """Number of the window that contains an instant: the last that begins there or before."""
        local = to_datetime(instant).astimezone(_zone(self.zone)) - timedelta(microseconds=self.day_start)
        number = self._counted(local.date()) + 1
        while self._start(number) > instant:
            number -= 1
        return number

    def _counted(self, day: date) -> int:
        if self.unit is Unit.DAY:
            return ((day - EPOCH.date()).days - self.first_day) // self.count
        return ((day.year - EPOCH.year) * 12 + day.month - 1) // self.count

    def _start(self, number: int) -> int:
        """Where the window of a number begins: the first instant at which the local clock shows its start, or later."""
        return _first_instant(self._wanted(number), self.zone)

    def _wanted(self, number: int) -> datetime:
        """The local time at which the window of a number begins."""
        midnight = datetime(EPOCH.year, 1, 1)  # noqa: DTZ001 - a local time of whatever zone
        if self.unit is Unit.DAY:
            midnight += timedelta(days=self.first_day + number * self.count)
        else:
            years, month = divmod(number * self.count, 12)
            midnight = midnight.replace(year=EPOCH.year + years, month=month + 1)
        return midnight + timedelta(microseconds=self.day_start)


Windows = FixedWindows | CalendarWindows
"""A rule by which time is cut into windows."""


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _first_instant(local: datetime, zone: str) -> int:
    """The first instant at which the clock of a zone shows a local time, or a later one where it leaves it out."""
    after, before = (to_instant(local.replace(tzinfo=_zone(zone), fold=fold).astimezone(UTC)) for fold in (0, 1))
    if after <= before:
        return after  # of a time that comes twice, the first
    # Between the two lies the change of clocks; what the zone shows rises there from less than wanted to more.
    seconds = range(before // SECOND, after // SECOND + 1)
    return seconds[bisect_right(seconds, 0, key=lambda second: _shown(second * SECOND, zone) >= local)] * SECOND


def _shown(instant: int, zone: str) -> datetime:
    """What the clock of a zone shows at an instant."""
    return to_datetime(instant).astimezone(_zone(zone)).replace(tzinfo=None)


def ceil(windows: Windows, instant: int) -> int:
    """The first start of a window at an instant or later."""
    start = windows.floor(instant)
    return start if start == instant else windows.next(instant)


def local_date(instant: int, zone: str) -> date:
    """The date that the calendar of a zone shows at an instant."""
    return _shown(instant, zone).date()


def parse_windows(text: str, *, zone: str = "UTC", day_start: int = 0, anchor: int | None = None) -> Windows:
    """Read the length of a window as users write it.

    Args:
        text: A number and a unit, see `UNDERSTOOD`. Minutes and hours are fixed; days, weeks and more are local.
        zone: Name of the time zone of days, weeks, months, quarters and years.
        day_start: Local time at which their days begin, microseconds after midnight.
        anchor: An instant at which a window begins, instead of the epoch or a Monday; only where the length is fixed,
            or of the local date on which a window of days or weeks begins.

    Raises:
        ValueError: It is no length of a window, the zone is not known, or the anchor does not fit.
    """
    written = re.fullmatch(r"([1-9][0-9]*)(m|h|d|w|M|mo|q|y)", text)
    if written is None:
        raise ValueError(f"{text!r} is no timeframe: write {UNDERSTOOD}")
    count, unit = int(written[1]), written[2]
    if count * _days(unit) > _LONGEST_DAYS:
        raise ValueError(f"{text!r} is no timeframe: windows are at most a century long")
    if anchor is not None and anchor % MINUTE:
        raise ValueError(f"windows cannot begin at {isoformat(anchor)}: it is no whole minute")
    if unit in _MONTHS:
        if anchor is not None:
            raise ValueError(f"{text} cannot be anchored: months, quarters and years begin on the first of a month")
        return CalendarWindows(count * _MONTHS[unit], Unit.MONTH, _known(zone), day_start)
    local = unit in ("d", "w") and (_known(zone) != "UTC" or day_start)
    if not local:
        ordinary = _MONDAY if unit == "w" else 0
        length = count * _FIXED[unit]
        return FixedWindows(length, (ordinary if anchor is None else anchor) % length)
    days = count * (7 if unit == "w" else 1)
    first = _MONDAY // DAY if unit == "w" else 0
    if anchor is not None:
        moment = to_datetime(anchor).astimezone(_zone(zone)) - timedelta(microseconds=day_start)
        first = (moment.date() - EPOCH.date()).days
    return CalendarWindows(days, Unit.DAY, zone, day_start, first % days)


def is_length(text: str) -> bool:
    """Whether a text is the length of a window."""
    try:
        return bool(parse_windows(text))
    except ValueError:
        return False


def _days(unit: str) -> int | float:
    return _FIXED[unit] / DAY if unit in _FIXED else _MONTHS[unit] * 30


def _known(zone: str) -> str:
    """A zone that there is, under its name.

    Raises:
        ValueError: There is none of that name.
    """
    try:
        return _zone(zone).key
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{zone!r} is no time zone: write a name such as Europe/Berlin or America/New_York") from None


def month(instant: int) -> Interval:
    """The calendar month (UTC) that contains the instant."""
    months = CalendarWindows(1, Unit.MONTH)
    return Interval(months.floor(instant), months.next(instant))

"""Units of time: what a number in a column of times stands for, and in which unit numbers make sense.

Times from 2009-01-01 (Bitcoin's first block is two days younger) to 2200-01-01 (still an int64 in nanoseconds) are
plausible. That range in one unit never meets the range in another, 1000 times as far.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum

from engines.domain.interval import Interval

EARLIEST = int(datetime(2009, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


class TimeUnit(StrEnum):
    """What a number stands for that counts time since 1970-01-01 in UTC."""

    S = "s"
    MS = "ms"
    US = "us"
    NS = "ns"

    @property
    def words(self) -> str:
        """The unit in words."""
        return {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}[self.value]

    @property
    def each(self) -> int:
        """Microseconds of one unit; 1 for nanoseconds, of which there are several in one."""
        return {"s": 1_000_000, "ms": 1_000}.get(self.value, 1)

    @property
    def parts(self) -> int:
        """Number of units in a microsecond; 1 for units that are not shorter."""
        return 1_000 if self is TimeUnit.NS else 1

    def instant(self, number: int) -> int:
        """The instant in microseconds that a number stands for; nanoseconds are cut."""
        return number * self.each // self.parts

    def first(self, instant: int) -> int:
        """The least number that stands for an instant of microseconds, or for a later one."""
        return -(-instant // self.each) * self.parts


def unit_of(times: Interval) -> TimeUnit | None:
    """The unit in which all of the times are plausible; None if there is none."""
    return next((unit for unit in TimeUnit if _plausible(unit, times)), None)


def units_of(files: Iterable[Interval]) -> dict[TimeUnit, Interval]:
    """The units in which the times of files are plausible, each with the first such file's times."""
    timed = [times for times in files if times.start < times.end]
    # Where all times together are plausible in a unit, so are those of each file: no need to ask for each of thousands.
    whole = Interval(min((t.start for t in timed), default=0), max((t.end for t in timed), default=0))
    if (unit := unit_of(whole)) is not None:
        return {unit: timed[0]}
    found: dict[TimeUnit, Interval] = {}
    for times in timed:
        if (unit := unit_of(times)) is not None:
            found.setdefault(unit, times)
    return found


def _plausible(unit: TimeUnit, times: Interval) -> bool:
    return unit.instant(times.start) >= EARLIEST and unit.instant(times.end - 1) < LATEST and times.start < times.end

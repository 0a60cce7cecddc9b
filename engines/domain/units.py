"""Units of time: which one numbers are in that make no sense as microseconds.

Times from 2009-01-01 (Bitcoin's first block is two days younger) to 2200-01-01 (still an int64 in nanoseconds) are
plausible. That range in one unit never meets the range in another, 1000 times as far.
"""

from datetime import UTC, datetime
from typing import Literal

from engines.domain.interval import Interval

OtherUnit = Literal["seconds", "milliseconds", "nanoseconds"]

EARLIEST = int(datetime(2009, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000

_IN_UNIT: dict[OtherUnit, Interval] = {
    "seconds": Interval(EARLIEST // 1_000_000, LATEST // 1_000_000),
    "milliseconds": Interval(EARLIEST // 1_000, LATEST // 1_000),
    "nanoseconds": Interval(EARLIEST * 1_000, LATEST * 1_000),
}


def other_unit(times: Interval) -> OtherUnit | None:
    """The unit in which all of the times, taken for microseconds, are plausible; None if there is none."""
    return next((unit for unit, all_ in _IN_UNIT.items() if all_.start <= times.start and times.end <= all_.end), None)

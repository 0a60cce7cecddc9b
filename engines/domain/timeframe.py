"""The five timeframes and the arithmetic of their windows."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Timeframe(StrEnum):
    """The length of a candle's window. Windows are aligned to the epoch, UTC."""

    M1 = "1m"
    M5 = "5m"
    M30 = "30m"
    H1 = "1h"
    D1 = "1d"

    @property
    def duration(self) -> int:
        """Length of a window in microseconds."""
        return _DURATIONS[self]

    def floor(self, instant: int) -> int:
        """Start of the window that holds the instant."""
        return instant - instant % self.duration

    def ceil(self, instant: int) -> int:
        """The first window boundary at or after the instant."""
        return -(-instant // self.duration) * self.duration


_DURATIONS = {
    Timeframe.M1: MINUTE,
    Timeframe.M5: 5 * MINUTE,
    Timeframe.M30: 30 * MINUTE,
    Timeframe.H1: HOUR,
    Timeframe.D1: DAY,
}

FINEST = Timeframe.M1


def to_instant(moment: datetime) -> int:
    """Microseconds since the epoch of an aware datetime, exact."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: int) -> datetime:
    """The UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=instant)


def isoformat(instant: int) -> str:
    """ISO 8601 with Z; fractional seconds only where there are some.

    An instant beyond the calendar (a source may hold nonsense) is named by its number.
    """
    try:
        return to_datetime(instant).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return f"{instant} us"

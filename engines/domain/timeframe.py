"""Timeframes (lengths of candle windows), and instants: whole microseconds since the epoch, UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE}
"""Units in the name of a timeframe, longest first."""


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Timeframe:
    """Length of a candle's window: minutes that divide a day, or whole days. Windows are aligned to the epoch, UTC.

    Attributes:
        duration: Length of a window in microseconds.

    Raises:
        ValueError: The duration is neither minutes that divide a day nor whole days.
    """

    duration: int

    def __post_init__(self) -> None:
        divides = self.duration >= MINUTE and self.duration % MINUTE == 0 and DAY % self.duration == 0
        if not divides and (self.duration <= 0 or self.duration % DAY):
            raise ValueError("its length must be minutes that divide a day, or whole days")

    @classmethod
    def parse(cls, text: str) -> "Timeframe":
        """Parse a timeframe such as ``15m``, ``4h`` or ``1d``; ``60m`` gives the same as ``1h``.

        Raises:
            ValueError: The text is not a timeframe.
        """
        written = re.fullmatch(r"([1-9][0-9]*)([mhd])", text)
        if written is None:
            raise ValueError(f"{text!r} is no timeframe: write a number and m, h or d")
        try:
            return cls(int(written[1]) * _UNITS[written[2]])
        except ValueError as error:
            raise ValueError(f"{text!r} is no timeframe: {error}") from None

    @property
    def name(self) -> str:
        """Shortest notation of the length, for example ``1m``, ``90m``, ``4h``, ``1d``."""
        unit = next(unit for unit, length in _UNITS.items() if self.duration % length == 0)
        return f"{self.duration // _UNITS[unit]}{unit}"

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Timeframe({self.name})"

    def floor(self, instant: int) -> int:
        """Start of the window that contains the instant."""
        return instant - instant % self.duration

    def ceil(self, instant: int) -> int:
        """First window boundary at or after the instant."""
        return -(-instant // self.duration) * self.duration

    def next(self, instant: int) -> int:
        """End of the window that contains the instant, which is the start of the next one."""
        return self.floor(instant) + self.duration


M1, M5, M30, H1, D1 = map(Timeframe, (MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, DAY))

DEFAULT_TIMEFRAMES = (M1, M5, M30, H1, D1)
"""The default timeframes, finest first."""

FINEST = M1


def to_instant(moment: datetime) -> int:
    """The instant of an aware datetime: exact microseconds since the epoch."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: int) -> datetime:
    """The UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=instant)


def isoformat(instant: int) -> str:
    """An instant in ISO 8601 with Z; with fractional seconds only if they are not zero.

    An instant that datetime cannot represent (a source may contain invalid times) is given as its number.
    """
    try:
        return to_datetime(instant).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return f"{instant} us"

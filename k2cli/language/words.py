"""Formatting of times, numbers, sizes and durations for people."""

from datetime import UTC, datetime

from engines.domain.timeframe import isoformat, to_instant


def moment(value: datetime | None) -> str:
    """An instant in ISO 8601 with Z; empty for None."""
    return "" if value is None else isoformat(to_instant(value))


def second(value: datetime | None) -> str:
    """An instant in ISO 8601 with Z, cut to the second; empty for None."""
    return "" if value is None else moment(value.replace(microsecond=0))


def minute(value: datetime | None) -> str:
    """An instant cut to the minute, UTC, for a narrow terminal: ``2024-03-01 12:00``; empty for None."""
    return "" if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"


def count(number: int) -> str:
    """A number with its digits in groups of three: 1,234,567."""
    return f"{number:,}"


def size(number: int) -> str:
    """A number of bytes in the largest fitting unit, B to TiB: ``1.5 MiB``."""
    amount = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def duration(seconds: float) -> str:
    """A duration in its two largest units that are not 0: ``2d 3h``."""
    left = int(abs(seconds))
    parts = []
    for unit, per in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if left >= per:
            parts.append(f"{left // per}{unit}")
            left %= per
    return ("-" if seconds < 0 else "") + (" ".join(parts[:2]) or "0s")

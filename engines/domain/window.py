"""Calendar windows, which have no fixed length."""

from datetime import timedelta

from engines.domain.interval import Interval
from engines.domain.timeframe import to_datetime, to_instant


def month(instant: int) -> Interval:
    """The calendar month (UTC) that contains the instant."""
    first = to_datetime(instant).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (first + timedelta(days=31)).replace(day=1)
    return Interval(to_instant(first), to_instant(after))

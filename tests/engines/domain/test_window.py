"""Windows of the calendar have no fixed length."""

from datetime import UTC, datetime

import pytest

from engines.domain.interval import Interval
from engines.domain.timeframe import to_instant
from engines.domain.window import month


def at(year: int, number: int, day: int = 1, microsecond: int = 0) -> int:
    return to_instant(datetime(year, number, day, microsecond=microsecond, tzinfo=UTC))


@pytest.mark.parametrize(
    ("instant", "start", "end"),
    [
        (at(2024, 2, 29), at(2024, 2), at(2024, 3)),
        (at(2024, 1), at(2024, 1), at(2024, 2)),
        (at(2024, 1) - 1, at(2023, 12), at(2024, 1)),
        (at(1969, 12, 31), at(1969, 12), at(1970, 1)),
    ],
)
def test_a_month_begins_on_its_first_day_and_ends_where_the_next_begins(instant: int, start: int, end: int) -> None:
    assert month(instant) == Interval(start, end)

"""The usual job overwrites the day partition with the hours it has just computed: the rest of the day is gone.

Here a partition is written anew with everything that was in it.
"""

import pytest

from engines.domain.timeframe import DAY, H1, HOUR, M1
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

HOURLY = [trade(MIDNIGHT + n * HOUR, str(n)) for n in range(24)]


def test_a_trade_of_the_last_hour_leaves_the_other_hours_as_they_are(history: History) -> None:
    history.append(HOURLY)
    history.run(MIDNIGHT + DAY)
    before = history.candles(H1)
    history.append([trade(MIDNIGHT + 23 * HOUR + 1, "late")])
    history.run(MIDNIGHT + DAY)

    assert history.candles(H1)[:23] == before[:23]
    history.prove(MIDNIGHT + DAY)


@pytest.mark.parametrize("asked", [{"lookback": HOUR}, {"start": MIDNIGHT + 23 * HOUR}], ids=str)
def test_asking_for_the_last_hour_leaves_the_other_hours_as_they_are(history: History, asked: dict[str, int]) -> None:
    history.append(HOURLY)
    history.run(MIDNIGHT + DAY)
    history.run(MIDNIGHT + DAY, **asked)

    history.prove(MIDNIGHT + DAY)


def test_hour_by_hour_makes_the_whole_day(history: History) -> None:
    for hour, row in enumerate(HOURLY):
        history.append([row])
        history.run(MIDNIGHT + (hour + 1) * HOUR, M1, H1)

    history.prove(MIDNIGHT + DAY, M1, H1)

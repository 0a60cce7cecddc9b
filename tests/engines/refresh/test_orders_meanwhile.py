"""Orders on trades while a run is at work: it ends at the trades that it began with, and the next one follows."""

from collections.abc import Callable

import pytest

from engines.domain.timeframe import DAY, HOUR, M1, MINUTE
from engines.faults import Point, armed
from engines.testing import oracle
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY
HOURS = [MIDNIGHT + n * HOUR for n in range(3)]


def undo(history: History) -> None:
    history.undo("first")


def delete(history: History) -> None:
    history.take_out("binance", "BTCUSDT", HOURS[0], HOURS[1])


def merge(history: History) -> None:
    history.merge()


@pytest.mark.parametrize("order", [undo, delete, merge], ids=lambda order: order.__name__)
def test_a_run_reads_what_it_began_with_and_the_next_one_follows(
    history: History, order: Callable[[History], None]
) -> None:
    history.bring([trade(hour, f"{hour}") for hour in HOURS], run_id="first")
    history.bring([trade(hour + MINUTE, f"{hour}.1") for hour in HOURS], run_id="second")
    pinned = oracle.candles(history.trades, M1.duration, history.identity)
    with armed(Point.REFRESHING, lambda: order(history), at=1):
        history.run(NOW, M1)

    assert history.candles(M1) == pinned
    history.run(NOW)
    history.prove(NOW)

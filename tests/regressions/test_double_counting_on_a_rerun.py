"""The usual job adds what it finds to the candle that is there: each rerun, and each retry, counts the trades again.

Here a candle is made anew from all its trades, however often and for whatever reason.
"""

import pytest

from engines.domain.timeframe import HOUR, M1, M5, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

LATER = MIDNIGHT + 2 * HOUR


@pytest.mark.parametrize(
    "again", [{}, {"lookback": 3 * HOUR}, {"rebuild": True}, {"start": MIDNIGHT}, {"end": LATER}], ids=str
)
def test_a_rerun_counts_no_trade_twice(history: History, again: dict[str, int]) -> None:
    history.append([trade(MIDNIGHT + n * MINUTE // 2, str(n)) for n in range(10)])
    history.run(LATER)
    for _ in range(3):
        history.run(LATER, **again)

    assert [candle.trade_count for candle in history.candles(M5)] == [10]
    history.prove(LATER)


def test_a_new_trade_in_an_old_window_does_not_count_the_others_again(history: History) -> None:
    history.append([trade(MIDNIGHT, "1", quantity="2")])
    history.run(LATER)
    history.append([trade(MIDNIGHT + 1, "2", quantity="3")])
    history.run(LATER)

    assert [candle.volume for candle in history.candles(M1)] == [5]
    history.prove(LATER)

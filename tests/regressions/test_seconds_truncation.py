"""The usual job casts event times to whole seconds: which trade of a second opens or closes is chance.

Here every microsecond counts, at the edge of a window too.
"""

from decimal import Decimal

from engines.domain.timeframe import D1, HOUR, M1, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

LATER = MIDNIGHT + 2 * HOUR


def test_trades_of_one_second_are_in_order_of_their_microseconds(history: History) -> None:
    history.append([trade(MIDNIGHT + us, str(9 - us), price=str(100 + us)) for us in (5, 1, 3, 7)])
    history.run(LATER)
    (candle,) = history.candles(M1)

    assert (candle.open, candle.close) == (Decimal(101), Decimal(107))
    history.prove(LATER)


def test_the_last_microsecond_of_a_window_is_not_in_the_next(history: History) -> None:
    edge = MIDNIGHT + MINUTE
    history.append([trade(edge - 1, "a"), trade(edge, "b"), trade(edge + 1, "c")])
    history.run(LATER)

    assert [(c.window_start, c.trade_count) for c in history.candles(M1)] == [(MIDNIGHT, 1), (edge, 2)]


def test_a_trade_a_microsecond_before_midnight_belongs_to_the_day_before(history: History) -> None:
    history.append([trade(MIDNIGHT - 1, "a"), trade(MIDNIGHT, "b")])
    history.run(MIDNIGHT + 24 * HOUR)

    assert [c.trade_count for c in history.candles(D1)] == [1, 1]

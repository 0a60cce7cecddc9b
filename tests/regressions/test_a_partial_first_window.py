"""The usual job looks back N minutes from now: a full candle is overwritten with the second half of its window.

Here what is recomputed is grown outward to whole windows.
"""

import pytest

from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, HOUR, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY


@pytest.mark.parametrize("lookback", [MINUTE // 2, 7 * MINUTE, 45 * MINUTE, 13 * HOUR])
def test_a_lookback_from_the_middle_of_a_window_takes_the_whole_window(history: History, lookback: int) -> None:
    history.append([trade(MIDNIGHT + n * 10 * MINUTE + n, str(n)) for n in range(144)])
    history.run(NOW)
    history.run(NOW, lookback=lookback)

    history.prove(NOW)


def test_a_range_from_the_middle_of_a_window_takes_the_whole_window(history: History) -> None:
    history.append([trade(MIDNIGHT + n * 10 * MINUTE + n, str(n)) for n in range(144)])
    history.run(NOW)
    tables = history.run(NOW, start=MIDNIGHT + 7 * HOUR + 17 * MINUTE + 1, end=MIDNIGHT + 7 * HOUR + 18 * MINUTE)

    assert {(t.timeframe, t.intervals.length, t.intervals.span.start % t.timeframe.duration) for t in tables} == {
        (t, t.duration, 0) for t in DEFAULT_TIMEFRAMES
    }
    history.prove(NOW)


def test_a_late_trade_in_the_middle_of_a_day_leaves_a_full_day(history: History) -> None:
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(24)])
    history.run(NOW)
    history.append([trade(MIDNIGHT + 12 * HOUR + 1, "late")])
    history.run(NOW)

    assert [candle.trade_count for candle in history.candles(D1)] == [25]

"""The usual job looks back N minutes by event time: a trade that comes later than that is never counted.

Here what a run reads is told by the source's snapshots, not by the trades' times: no trade is too late.
"""

import pytest

from engines.domain.timeframe import D1, DAY, HOUR, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT


@pytest.mark.parametrize("late", [MINUTE, HOUR, DAY, 400 * DAY])
def test_a_trade_is_counted_however_late_it_comes(history: History, late: int) -> None:
    history.append([trade(MIDNIGHT - late, "early"), trade(MIDNIGHT, "now")])
    history.run(MIDNIGHT + DAY)
    history.append([trade(MIDNIGHT - late + 1, "late", price="7")])
    tables = history.run(MIDNIGHT + DAY)

    assert tables[0].intervals.length == MINUTE
    history.prove(MIDNIGHT + DAY)


def test_a_late_trade_makes_a_window_that_was_not_there(history: History) -> None:
    history.append([trade(MIDNIGHT, "now")])
    history.run(MIDNIGHT + DAY)
    history.append([trade(MIDNIGHT - 3 * DAY, "late")])
    history.run(MIDNIGHT + DAY)

    assert [c.window_start for c in history.candles(D1)] == [MIDNIGHT - 3 * DAY, MIDNIGHT]

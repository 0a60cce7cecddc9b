"""Changes here and there: filters stay small, and every candle is right all the same."""

from engines.domain.plan import MOST_RANGES
from engines.domain.timeframe import DAY, HOUR
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 20 * DAY


def test_a_hundred_late_trades_far_apart_are_few_ranges(history: History) -> None:
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(200)])
    history.run(NOW)
    history.append([trade(MIDNIGHT + n * HOUR + 1, f"late {n}") for n in range(0, 200, 2)])
    tables = history.run(NOW)

    assert {len(table.intervals) for table in tables[:4]} == {MOST_RANGES}
    history.prove(NOW)

"""The usual job looks back ten minutes: when the scheduler was down for longer, what came in between is never made.

Here a run takes in everything since the snapshot that the table is complete up to.
"""

from engines.domain.timeframe import DAY, HOUR, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT


def test_three_days_without_a_run_leave_no_hole(history: History) -> None:
    history.append([trade(MIDNIGHT, "first")])
    history.run(MIDNIGHT + HOUR)
    for n in range(1, 72):
        history.append([trade(MIDNIGHT + n * HOUR, str(n))])
    history.run(MIDNIGHT + 3 * DAY)

    history.prove(MIDNIGHT + 3 * DAY)


def test_a_trade_whose_window_was_open_then_is_not_forgotten_though_nothing_came_since(history: History) -> None:
    history.append([trade(MIDNIGHT + 59 * MINUTE, "open")])
    history.run(MIDNIGHT + 59 * MINUTE + 1)
    history.prove(MIDNIGHT + 59 * MINUTE + 1)

    history.run(MIDNIGHT + 3 * DAY)
    history.prove(MIDNIGHT + 3 * DAY)


def test_a_first_run_takes_in_all_there_is(history: History) -> None:
    history.append([trade(MIDNIGHT - n * DAY, str(n)) for n in range(40)])
    history.run(MIDNIGHT + DAY)

    history.prove(MIDNIGHT + DAY)

"""Closed windows are published, open ones only when asked for; grace; a clock that steps back."""

from engines.domain.losses import RemovedTrades
from engines.domain.timeframe import D1, DAY, H1, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

END = 2**62


def test_an_open_window_that_loses_its_trades_goes_when_it_closes(history: History) -> None:
    history.append([trade(MIDNIGHT - DAY, "0"), trade(MIDNIGHT + 10 * MINUTE, "1")])
    history.run(MIDNIGHT + 10 * MINUTE + 1, include_open=True)
    history.delete(MIDNIGHT + 10 * MINUTE, MIDNIGHT + 11 * MINUTE)
    history.run(MIDNIGHT + 10 * MINUTE + 2, removed=RemovedTrades.RECOMPUTE)
    history.run(MIDNIGHT + DAY, removed=RemovedTrades.RECOMPUTE)

    history.prove(MIDNIGHT + DAY)


def test_the_coarser_tables_alone_take_in_open_windows(history: History) -> None:
    history.append([trade(MIDNIGHT + 10 * MINUTE, "1")])
    history.run(MIDNIGHT + 5 * MINUTE)
    history.append([trade(MIDNIGHT + 12 * MINUTE, "2")])
    history.run(MIDNIGHT + 13 * MINUTE, H1, D1, include_open=True)

    history.prove(END, H1, D1)


def test_windows_that_close_without_a_trade_in_them_are_nothing_to_do(history: History) -> None:
    history.append([trade(MIDNIGHT, "1")])
    history.run(MIDNIGHT + DAY)

    for years in (1, 10):
        assert {table.windows for table in history.run(MIDNIGHT + years * 365 * DAY)} == {0}

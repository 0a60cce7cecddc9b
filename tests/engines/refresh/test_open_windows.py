"""Closed windows are published, open ones only when asked for; grace; a clock that steps back."""

from engines.domain.changes import RemovedTrades
from engines.domain.results import Status
from engines.domain.timeframe import DAY, HOUR, MINUTE, SECOND, Timeframe
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

END = 2**62


def test_an_open_window_is_published_when_asked_for_and_made_anew_when_it_closes(history: History) -> None:
    history.append([trade(MIDNIGHT + 10 * MINUTE, "1")])
    history.run(MIDNIGHT + 11 * MINUTE + 1, include_open=True)
    history.prove(END)
    history.append([trade(MIDNIGHT + 20 * MINUTE, "2")])
    history.run(MIDNIGHT + 21 * MINUTE, include_open=True)
    history.prove(END)
    history.append([trade(MIDNIGHT + 40 * MINUTE, "3")])
    history.run(MIDNIGHT + DAY)

    history.prove(MIDNIGHT + DAY)


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
    history.run(MIDNIGHT + 13 * MINUTE, Timeframe.H1, Timeframe.D1, include_open=True)

    history.prove(END, Timeframe.H1, Timeframe.D1)


def test_a_window_is_closed_a_grace_after_its_end(history: History) -> None:
    history.append([trade(MIDNIGHT, "1")])
    history.run(MIDNIGHT + MINUTE + 9 * SECOND, Timeframe.M1, grace=10 * SECOND)
    before = history.candles(Timeframe.M1)
    history.run(MIDNIGHT + MINUTE + 10 * SECOND, Timeframe.M1, grace=10 * SECOND)

    assert before == []
    assert len(history.candles(Timeframe.M1)) == 1


def test_a_clock_that_steps_back_takes_no_candle_back_and_keeps_it_up_to_date(history: History) -> None:
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(12)])
    history.run(MIDNIGHT + 12 * HOUR)
    history.append([trade(MIDNIGHT + 11 * HOUR + 1, "late")])
    history.run(MIDNIGHT + 2 * HOUR)

    history.prove(MIDNIGHT + 12 * HOUR, Timeframe.M1, Timeframe.H1)
    assert {table.status for table in history.run(MIDNIGHT)} == {Status.UP_TO_DATE}


def test_windows_that_close_without_a_trade_in_them_are_nothing_to_do(history: History) -> None:
    history.append([trade(MIDNIGHT, "1")])
    history.run(MIDNIGHT + DAY)

    for years in (1, 10):
        assert {table.windows for table in history.run(MIDNIGHT + years * 365 * DAY)} == {0}

"""A table lags by as long as its oldest window waits that could have been published."""

import time

import pytest

from engines.domain.requests import RefreshRequest
from engines.domain.results import TableStatus
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, M5, M30, MINUTE, SECOND, Timeframe
from engines.testing.history import History, everywhere, trade

TODAY = int(time.time()) * SECOND // DAY * DAY
"""Midnight of a real day: the commits that a test makes carry real times."""
NOON = TODAY - 12 * HOUR


def lags(history: History, now: int) -> dict[Timeframe, int]:
    """Seconds that each table lags."""
    found: dict[Timeframe, int] = {}
    for table in history.lake.status(now=now):
        if table.timeframe is not None:
            assert table.lag_microseconds is not None
            found[table.timeframe] = table.lag_microseconds // SECOND
    return found


def run(history: History, now: int) -> None:
    assert history.lake.aggregate(RefreshRequest(timeframes=DEFAULT_TIMEFRAMES, now=now, run_id="r")).exit_code == 0


@pytest.fixture
def built(history: History) -> History:
    """A trade a minute until noon, and all candles of it."""
    history.append([trade(NOON - n * MINUTE - 1, str(n)) for n in range(60)])
    run(history, NOON)
    return history


def test_without_trades_nobody_is_late(history: History) -> None:
    assert set(lags(history, NOON).values()) == {0}


def test_a_table_that_was_never_built_lags_since_its_first_window_was_over(history: History) -> None:
    history.append([trade(NOON + 1, "1")])

    assert lags(history, NOON + 90 * SECOND) == {M1: 30, M5: 0, M30: 0, H1: 0, D1: 0}
    assert lags(history, NOON + HOUR) == {M1: 3540, M5: 3300, M30: 1800, H1: 0, D1: 0}


def test_a_source_at_rest_makes_nobody_late(built: History) -> None:
    assert set(lags(built, NOON).values()) == {0}
    assert lags(built, NOON + DAY) == {M1: 0, M5: 0, M30: 0, H1: 0, D1: 12 * 3600}


def test_trades_of_a_window_that_is_not_over_make_nobody_late(built: History) -> None:
    """A daily table is not late all day long because there was a trade in the morning."""
    built.append([trade(NOON + 1, "new")])

    assert set(lags(built, NOON + 59 * SECOND).values()) == {0}
    assert lags(built, NOON + 11 * HOUR)[D1] == 0
    assert lags(built, NOON + 11 * HOUR)[H1] == 10 * 3600


def test_late_trades_of_a_published_window_wait_since_they_came(built: History) -> None:
    built.append([trade(NOON - HOUR + 2 * SECOND, "late")])
    head = built.table.current_snapshot()
    assert head is not None
    came = head.timestamp_ms * 1000

    assert lags(built, came + 30 * SECOND) == {M1: 30, M5: 30, M30: 30, H1: 30, D1: 30 + _daily(came)}
    run(built, came + 31 * SECOND)
    assert set(lags(built, came + 32 * SECOND).values()) == {0}


def _daily(came: int) -> int:
    """The day of the trades is over by now, and was not when they were built: that is the older wait."""
    return max(0, (came - TODAY) // SECOND)


def test_trades_that_went_and_files_that_were_compacted(built: History) -> None:
    built.compact(everywhere)
    head = built.table.current_snapshot()
    assert head is not None
    assert lags(built, head.timestamp_ms * 1000 + 30 * SECOND)[M1] == 0

    built.delete(NOON - MINUTE, NOON)
    head = built.table.current_snapshot()
    assert head is not None
    assert lags(built, head.timestamp_ms * 1000 + 30 * SECOND)[M1] == 30


def test_late_trades_that_were_compacted_since_still_wait(built: History) -> None:
    built.append([trade(NOON - HOUR + 2 * SECOND, "late")])
    head = built.table.current_snapshot()
    assert head is not None
    built.compact(everywhere)

    assert lags(built, head.timestamp_ms * 1000 + 30 * SECOND)[M1] == 30


def test_trades_before_the_fence_are_not_waited_for(built: History) -> None:
    request = PruneRequest(timeframes=(M1,), now=NOON + 3 * DAY, run_id="p", retention={M1: DAY}, force=True)
    assert built.lake.prune(request).exit_code == 0
    built.append([trade(NOON - HOUR + 2 * SECOND, "late")])
    head = built.table.current_snapshot()
    assert head is not None

    assert lags(built, head.timestamp_ms * 1000 + 30 * SECOND)[M1] == 0


def status_of(history: History, timeframe: Timeframe) -> TableStatus:
    return next(t for t in history.lake.status(now=NOON) if t.timeframe == timeframe)


def test_up_to_date_still_means_the_sources_head(built: History) -> None:
    assert status_of(built, M1).up_to_date is True

    built.append([trade(NOON + 1, "new")])

    assert status_of(built, M1).up_to_date is False
    assert status_of(built, M1).lag_trades == 1

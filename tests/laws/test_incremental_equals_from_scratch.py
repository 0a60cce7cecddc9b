"""Law: after every run each closed candle of all five tables is the oracle's, however the trades came in."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.base import CandleQuery, RefreshRequest
from engines.domain.results import Status
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, MINUTE, Timeframe
from engines.lake import Lake
from engines.testing import oracle
from engines.testing.arrow import candles_of, trades_table
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import MIDNIGHT, histories, trades
from tests.empty_tables import with_tables

ALL = DEFAULT_TIMEFRAMES
LATER = MIDNIGHT + 40 * DAY


def run(lake: Lake, now: int, timeframes: tuple[Timeframe, ...] = ALL) -> list[Status]:
    refresh = lake.aggregate(RefreshRequest(timeframes=timeframes, now=now, run_id=str(uuid.uuid4())))
    assert refresh.exit_code == 0, refresh
    return [table.status for table in refresh.tables]


def deliver(lake: Lake, batch: list[Trade]) -> None:
    if batch:
        lake.append([trades_table(batch)], run_id=str(uuid.uuid4()))


def candles(lake: Lake, timeframe: Timeframe) -> list[Candle]:
    return candles_of(lake.candles(CandleQuery(timeframe=timeframe)).read_all())


def assert_oracle(lake: Lake, known: list[Trade], until: int) -> None:
    for timeframe in ALL:
        closed = [c for c in oracle.candles(known, timeframe.duration) if c.window_end <= until]
        assert candles(lake, timeframe) == closed, timeframe


@settings(max_examples=max(7, settings().max_examples // 20))
@given(history=histories(trades(max_size=30, minutes=200, nulls=False)))
def test_every_run_leaves_the_oracles_candles(new_lake: Callable[..., Lake], history: list[list[Trade]]) -> None:
    lake = with_tables(new_lake())
    known: list[Trade] = []
    for batch in history:
        deliver(lake, batch)
        known += batch
        run(lake, LATER)
        assert_oracle(lake, known, LATER)
    assert run(lake, LATER + DAY) == [Status.UP_TO_DATE] * 5


@settings(max_examples=max(5, settings().max_examples // 20))
@given(data=st.data())
def test_windows_are_published_once_they_are_closed(new_lake: Callable[..., Lake], data: st.DataObject) -> None:
    lake = with_tables(new_lake())
    known: list[Trade] = []
    for batch in data.draw(histories(trades(max_size=30, minutes=200, nulls=False))):
        deliver(lake, batch)
        known += batch
        # The clock may step back: what was published stays, and is still kept up to date.
        now = MIDNIGHT + data.draw(st.integers(-3 * HOUR, 5 * HOUR))
        run(lake, now)
        for status in lake.status(now=now):
            if status.timeframe is not None:
                until = max(status.closed_until or 0, now)
                closed = [c for c in oracle.candles(known, status.timeframe.duration) if c.window_end <= until]
                assert candles(lake, status.timeframe) == closed, status.timeframe


@settings(max_examples=max(5, settings().max_examples // 20))
@given(history=histories(trades(max_size=30, minutes=200, nulls=False)), alone=st.sampled_from(ALL))
def test_a_table_alone_is_the_same_as_with_the_others(
    new_lake: Callable[..., Lake], history: list[list[Trade]], alone: Timeframe
) -> None:
    lake = with_tables(new_lake())
    for batch in history:
        deliver(lake, batch)
        run(lake, LATER, (alone,))
    known = [trade for batch in history for trade in batch]
    assert candles(lake, alone) == oracle.candles(known, alone.duration)


@pytest.mark.parametrize("timeframe", ALL)
def test_a_second_run_commits_nothing(new_lake: Callable[..., Lake], timeframe: Timeframe) -> None:
    lake = with_tables(new_lake())
    row = Trade(
        exchange="binance",
        symbol="BTCUSDT",
        timestamp=MIDNIGHT - MINUTE,
        message_id="1",
        price=Decimal(1),
        quantity=Decimal(1),
    )
    deliver(lake, [row])
    run(lake, LATER)
    before = lake.tables.target(timeframe).metadata_location
    assert run(lake, LATER + 1000 * DAY) == [Status.UP_TO_DATE] * 5
    assert lake.tables.target(timeframe).metadata_location == before

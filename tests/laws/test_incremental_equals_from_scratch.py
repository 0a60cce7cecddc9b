"""Law: after every run each closed candle of all five tables is the oracle's, however the trades came in."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.base import CandleQuery, Engine, RefreshRequest
from engines.domain.results import Status
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, MINUTE, Timeframe
from engines.testing import oracle
from engines.testing.arrow import candles_of, trades_table
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import MIDNIGHT, histories, trades

ALL = DEFAULT_TIMEFRAMES
LATER = MIDNIGHT + 40 * DAY


def run(engine: Engine, now: int, timeframes: tuple[Timeframe, ...] = ALL) -> list[Status]:
    refresh = engine.aggregate(RefreshRequest(timeframes=timeframes, now=now, run_id=str(uuid.uuid4())))
    assert refresh.exit_code == 0, refresh
    return [table.status for table in refresh.tables]


def deliver(engine: Engine, batch: list[Trade]) -> None:
    if batch:
        engine.append([trades_table(batch)], run_id=str(uuid.uuid4()))


def candles(engine: Engine, timeframe: Timeframe) -> list[Candle]:
    return candles_of(engine.read(CandleQuery(timeframe=timeframe)))


def assert_oracle(engine: Engine, known: list[Trade], until: int) -> None:
    for timeframe in ALL:
        closed = [c for c in oracle.candles(known, timeframe.duration) if c.window_end <= until]
        assert candles(engine, timeframe) == closed, timeframe


@settings(max_examples=15)
@given(history=histories(trades(max_size=30, minutes=200, nulls=False)))
def test_every_run_leaves_the_oracles_candles(new_engine: Callable[..., Engine], history: list[list[Trade]]) -> None:
    engine = new_engine()
    engine.create_tables(with_trades=True)
    known: list[Trade] = []
    for batch in history:
        deliver(engine, batch)
        known += batch
        run(engine, LATER)
        assert_oracle(engine, known, LATER)
    assert run(engine, LATER + DAY) == [Status.UP_TO_DATE] * 5


@settings(max_examples=10)
@given(data=st.data())
def test_windows_are_published_once_they_are_closed(new_engine: Callable[..., Engine], data: st.DataObject) -> None:
    engine = new_engine()
    engine.create_tables(with_trades=True)
    known: list[Trade] = []
    for batch in data.draw(histories(trades(max_size=30, minutes=200, nulls=False))):
        deliver(engine, batch)
        known += batch
        # The clock may step back: what was published stays, and is still kept up to date.
        now = MIDNIGHT + data.draw(st.integers(-3 * HOUR, 5 * HOUR))
        run(engine, now)
        for status in engine.status(now=now):
            if status.timeframe is not None:
                until = max(status.closed_until or 0, now)
                closed = [c for c in oracle.candles(known, status.timeframe.duration) if c.window_end <= until]
                assert candles(engine, status.timeframe) == closed, status.timeframe


@settings(max_examples=10)
@given(history=histories(trades(max_size=30, minutes=200, nulls=False)), alone=st.sampled_from(ALL))
def test_a_table_alone_is_the_same_as_with_the_others(
    new_engine: Callable[..., Engine], history: list[list[Trade]], alone: Timeframe
) -> None:
    engine = new_engine()
    engine.create_tables(with_trades=True)
    for batch in history:
        deliver(engine, batch)
        run(engine, LATER, (alone,))
    known = [trade for batch in history for trade in batch]
    assert candles(engine, alone) == oracle.candles(known, alone.duration)


@pytest.mark.parametrize("timeframe", ALL)
def test_a_second_run_commits_nothing(new_engine: Callable[..., Engine], timeframe: Timeframe) -> None:
    engine = new_engine()
    engine.create_tables(with_trades=True)
    row = Trade(
        exchange="binance",
        symbol="BTCUSDT",
        timestamp=MIDNIGHT - MINUTE,
        message_id="1",
        price=Decimal(1),
        quantity=Decimal(1),
    )
    deliver(engine, [row])
    run(engine, LATER)
    before = engine.lake.target(timeframe).metadata_location
    assert run(engine, LATER + 1000 * DAY) == [Status.UP_TO_DATE] * 5
    assert engine.lake.target(timeframe).metadata_location == before

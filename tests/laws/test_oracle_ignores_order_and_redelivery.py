"""The oracle: a candle depends on the distinct valid trades alone, not on how, when or how often they came."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from engines.testing.oracle import Trade, candles, distinct, rejection
from engines.testing.strategies import histories, trades

durations = st.sampled_from([60_000_000, 3_600_000_000, 86_400_000_000])
rows = st.shared(trades(), key="rows")


def identity(trade: Trade) -> tuple[object, ...]:
    return (trade.exchange, trade.symbol, trade.timestamp, trade.message_id)


def in_minute(trade: Trade) -> tuple[object, ...]:
    return (trade.exchange, trade.symbol, (trade.timestamp or 0) // 60_000_000, trade.message_id)


@given(rows, rows.flatmap(st.permutations), durations)
def test_order_makes_no_difference(some: list[Trade], shuffled: list[Trade], duration: int) -> None:
    assert candles(shuffled, duration) == candles(some, duration)


@given(trades(), durations, st.data())
def test_a_second_delivery_makes_no_difference(some: list[Trade], duration: int, data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(some))) if some else []

    assert candles(some + again, duration) == candles(some, duration)


@given(rows, histories(rows), durations)
def test_batches_make_no_difference(some: list[Trade], history: list[list[Trade]], duration: int) -> None:
    assert candles(chain.from_iterable(history), duration) == candles(some, duration)


@given(histories())
def test_winners_of_batches_compete_as_their_trades_would(history: list[list[Trade]]) -> None:
    finals = distinct(chain.from_iterable(distinct(batch) for batch in history))

    assert set(finals) == set(distinct(chain.from_iterable(history)))


@given(trades(), durations)
def test_invalid_trades_make_no_difference(some: list[Trade], duration: int) -> None:
    assert candles(some, duration) == candles((t for t in some if rejection(t) is None), duration)


@given(trades())
def test_distinct_trades_are_valid_with_one_of_each_identity(some: list[Trade]) -> None:
    kept = distinct(some, "id-time")

    assert all(rejection(t) is None and t in some for t in kept)
    assert len(kept) == len({identity(t) for t in kept})
    assert {identity(t) for t in kept} == {identity(t) for t in some if rejection(t) is None}


@given(trades())
def test_an_id_is_found_once_in_a_minute(some: list[Trade]) -> None:
    kept = distinct(some)

    assert len(kept) == len({in_minute(t) for t in kept})
    assert {in_minute(t) for t in kept} == {in_minute(t) for t in some if rejection(t) is None}


@given(trades(series=[("kraken", "BTCUSDT")]), trades(series=[("binance", "BTCUSDT")]), durations)
def test_series_do_not_know_of_each_other(one: list[Trade], other: list[Trade], duration: int) -> None:
    apart = candles(other, duration) + candles(one, duration)

    assert candles(one + other, duration) == apart

"""The oracle: each candle keeps the invariants of a candle, and all candles together hold all trades."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engines.testing.oracle import Candle, Trade, candles, distinct
from engines.testing.strategies import MINUTE, trades

DURATIONS = (MINUTE, 30 * MINUTE, 1440 * MINUTE)
folded = st.builds(candles, trades(), st.sampled_from(DURATIONS))
HALF = Fraction(1, 2 * 10**8)


@given(folded)
def test_prices_are_positive_and_in_order(some: list[Candle]) -> None:
    for c in some:
        assert 0 < c.low <= min(c.open, c.close)
        assert max(c.open, c.close) <= c.high


@given(folded)
def test_vwap_lies_between_low_and_high(some: list[Candle]) -> None:
    for c in some:
        assert c.low <= c.vwap <= c.high


@given(folded)
def test_vwap_is_the_nearest_price_and_the_higher_of_two(some: list[Candle]) -> None:
    for c in some:
        error = Fraction(c.vwap) - Fraction(c.quote_volume) / Fraction(c.volume)
        assert -HALF < error <= HALF


@given(folded)
def test_there_is_no_candle_without_trades(some: list[Candle]) -> None:
    assert all(c.trade_count >= 1 and c.volume > 0 and c.quote_volume > 0 for c in some)


@given(folded)
def test_bought_is_a_part_of_all(some: list[Candle]) -> None:
    for c in some:
        assert (c.buy_volume is None) == (c.buy_quote_volume is None)
        assert 0 <= (c.buy_volume or 0) <= c.volume
        assert 0 <= (c.buy_quote_volume or 0) <= c.quote_volume


@given(trades(), st.sampled_from(DURATIONS))
def test_windows_are_aligned_sorted_and_unique(some: list[Trade], duration: int) -> None:
    made = candles(some, duration)
    keys = [(c.exchange, c.symbol, c.window_start) for c in made]

    assert keys == sorted(set(keys))
    assert all(c.window_start % duration == 0 and c.window_end == c.window_start + duration for c in made)


@given(trades(), st.sampled_from(DURATIONS))
def test_each_distinct_trade_is_counted_once(some: list[Trade], duration: int) -> None:
    made, kept = candles(some, duration), distinct(some)

    assert sum(c.trade_count for c in made) == len(kept)
    assert sum(Fraction(c.volume) for c in made) == sum(Fraction(t.quantity or 0) for t in kept)


@given(folded)
def test_numbers_have_the_scale_of_their_column(some: list[Candle]) -> None:
    def scale(number: Decimal) -> object:
        return number.as_tuple().exponent

    for c in some:
        assert {scale(n) for n in (c.open, c.high, c.low, c.close, c.vwap, c.volume)} == {-8}
        assert scale(c.quote_volume) == -16

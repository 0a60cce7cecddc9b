"""The oracle: candles merge exactly, so that the merge of any finer candles is the fold of all their trades."""

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engines.testing.oracle import Trade, candles, merge
from engines.testing.strategies import MINUTE, trades

DURATIONS = (MINUTE, 5 * MINUTE, 30 * MINUTE, 60 * MINUTE, 1440 * MINUTE)


@given(trades())
def test_merge_of_finer_candles_is_the_fold_of_the_trades(some: list[Trade]) -> None:
    folded = {duration: candles(some, duration) for duration in DURATIONS}

    for fine, coarse in combinations(DURATIONS, 2):
        assert merge(folded[fine], coarse) == folded[coarse]


@given(trades())
def test_merge_by_steps_is_merge_at_once(some: list[Trade]) -> None:
    rolled = fine = candles(some, MINUTE)
    for duration in DURATIONS[1:]:
        rolled = merge(rolled, duration)

        assert rolled == merge(fine, duration)


@given(trades(), st.sampled_from(DURATIONS))
def test_merge_to_the_same_duration_changes_nothing(some: list[Trade], duration: int) -> None:
    assert merge(candles(some, duration), duration) == candles(some, duration)


@given(trades(), st.randoms(use_true_random=False), st.sampled_from(DURATIONS))
def test_order_of_the_finer_candles_makes_no_difference(some: list[Trade], chance: Random, duration: int) -> None:
    fine = candles(some, MINUTE)

    assert merge(chance.sample(fine, len(fine)), duration) == merge(fine, duration)

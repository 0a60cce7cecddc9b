"""Law: the fold of trades, whatever their order and copies, is the oracle's candle; and merging is folding."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.decimals import SCALE
from engines.domain.identity import Identity
from engines.domain.limits import Limits
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, FINEST, Timeframe
from engines.embedded import Folded
from engines.embedded.rollup import rollup, to_candles, to_sums
from engines.embedded.sums import sums_frame
from engines.polars.fold import fold_exactly, trades_view
from engines.testing import oracle
from engines.testing.arrow import candles_of, trades_table
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import EXTREMES, trades

LISTS = trades(max_size=40, minutes=12)
EVERY = st.sampled_from(Identity)
EITHER = st.sampled_from([Identity.ID, Identity.ID_TIME])


def exactly(rows: list[Trade], identity: Identity = Identity.ID, limits: Limits | None = None) -> Folded:
    view = trades_view(pl.DataFrame(trades_table(rows)).lazy(), SCALE)
    return fold_exactly(view, SCALE, identity, limits or Limits())


def folded(
    rows: list[Trade],
    timeframe: Timeframe = FINEST,
    identity: Identity = Identity.ID,
    limits: Limits | None = None,
) -> list[Candle]:
    sums = sums_frame(exactly(rows, identity, limits).sums, SCALE)
    if timeframe != FINEST:
        sums = rollup(sums.lazy(), timeframe).collect()
    return candles_of(to_candles(sums.lazy(), timeframe, SCALE).collect().to_arrow())


@given(LISTS, EVERY)
def test_one_minute_candles_are_the_oracles(rows: list[Trade], identity: Identity) -> None:
    assert folded(rows, identity=identity) == oracle.candles(rows, FINEST.duration, identity.value)


@pytest.mark.parametrize("extreme", range(len(EXTREMES)))
@pytest.mark.parametrize("deliveries", [1, 2])
def test_candles_of_extreme_sums_are_the_oracles(extreme: int, deliveries: int) -> None:
    rows = [*EXTREMES[extreme]] * deliveries

    assert folded(rows) == oracle.candles(rows, FINEST.duration)


@given(st.data())
def test_the_order_of_the_trades_does_not_matter(data: st.DataObject) -> None:
    rows, identity = data.draw(LISTS), data.draw(EVERY)
    assert folded(data.draw(st.permutations(rows)), identity=identity) == folded(rows, identity=identity)


@given(LISTS, EITHER, st.integers(1, 3))
def test_a_trade_delivered_again_changes_nothing(rows: list[Trade], identity: Identity, copies: int) -> None:
    assert folded(rows * (copies + 1), identity=identity) == folded(rows, identity=identity)


@given(LISTS, EVERY)
def test_duplicates_are_counted(rows: list[Trade], identity: Identity) -> None:
    result = exactly(rows, identity)
    valid = [row for row in rows if oracle.rejection(row) is None]
    assert result.duplicates == len(valid) - len(oracle.distinct(rows, identity.value))


@given(LISTS)
def test_rejected_trades_are_counted_by_the_oracles_reason(rows: list[Trade]) -> None:
    result = exactly(rows)
    reasons = [reason for row in rows if (reason := oracle.rejection(row)) is not None]
    assert result.rejected == {reason: reasons.count(reason) for reason in sorted(set(reasons))}


@pytest.mark.parametrize("timeframe", [t for t in DEFAULT_TIMEFRAMES if t != FINEST])
@given(rows=LISTS, identity=EVERY)
def test_merging_minutes_is_folding_trades(timeframe: Timeframe, rows: list[Trade], identity: Identity) -> None:
    assert folded(rows, timeframe, identity) == oracle.candles(rows, timeframe.duration, identity.value)


@given(LISTS)
def test_candles_come_back_from_a_table_as_the_sums_they_were(rows: list[Trade]) -> None:
    sums = sums_frame(exactly(rows).sums, SCALE)
    again = to_sums(to_candles(sums.lazy(), FINEST, SCALE)).collect()
    assert again.sort(again.columns).equals(sums.select(again.columns).sort(again.columns))


@given(LISTS)
def test_what_is_read_again_may_be_read_in_portions(rows: list[Trade]) -> None:
    assert folded(rows * 2, limits=Limits(deduplicated=2)) == oracle.candles(rows, FINEST.duration)

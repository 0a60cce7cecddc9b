"""Law: sums of quantities of 38 digits are the oracle's, or null where no candle can hold them: never wrapped."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engines.domain.decimals import SCALE
from engines.domain.identity import Identity
from engines.domain.limits import Limits
from engines.domain.timeframe import FINEST
from engines.embedded.rollup import to_candles
from engines.embedded.sums import from_limbs, product_limbs, sums_frame
from engines.polars.fold import fold_exactly, trades_view
from engines.testing import oracle
from engines.testing.arrow import candles_of, trades_table
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import LARGEST, MIDNIGHT, MOST, SMALLEST, trades, wide_quantities

Key = tuple[str, str, int]


@st.composite
def wide(draw: st.DrawFn) -> list[Trade]:
    rows = draw(trades(max_size=20, minutes=6, nulls=False))
    prices = st.sampled_from((None, SMALLEST, Decimal("0.00000052"), LARGEST))
    return [
        replace(row, quantity=draw(wide_quantities()), price=draw(prices) or row.price)
        if (row.quantity or 0) > 0 < (row.price or 0)
        else row
        for row in rows
    ]


def truth(rows: Iterable[Trade]) -> dict[Key, Candle | None]:
    """The oracle's candles, None where a sum does not fit."""
    windows: dict[Key, list[Trade]] = {}
    for row in oracle.distinct(rows):
        start = (row.timestamp or 0) // FINEST.duration * FINEST.duration
        windows.setdefault((str(row.exchange), str(row.symbol), start), []).append(row)
    return {key: _candle(members) for key, members in windows.items()}


def _candle(rows: list[Trade]) -> Candle | None:
    try:
        (candle,) = oracle.candles(rows, FINEST.duration)
    except OverflowError:
        return None
    return candle


def folded(rows: list[Trade]) -> dict[Key, Candle | None]:
    view = trades_view(pl.DataFrame(trades_table(rows)).lazy(), SCALE)
    sums = sums_frame(fold_exactly(view, SCALE, Identity.ID, Limits()).sums, SCALE)
    unfit = pl.col("volume").is_null() | pl.col("quote_volume").is_null()
    found: dict[Key, Candle | None] = dict.fromkeys(
        sums.filter(unfit).select("exchange", "symbol", "window_start").rows()
    )
    for candle in candles_of(to_candles(sums.filter(~unfit).lazy(), FINEST, SCALE).collect().to_arrow()):
        found[candle.exchange, candle.symbol, candle.window_start] = candle
    return found


@given(wide())
def test_each_candle_is_the_oracles_or_none(rows: list[Trade]) -> None:
    assert folded(rows) == truth(rows)


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize(
    "amounts",
    [
        [(SMALLEST, MOST)],
        [(SMALLEST, MOST), (SMALLEST, SMALLEST)],
        [(SMALLEST, MOST)] * 2,
        [(Decimal("0.00000002"), MOST)],
        [(LARGEST, MOST)],
        [(LARGEST, Decimal(10) ** 12)],
        [(LARGEST, Decimal(10) ** 12)] * 2,
    ],
)
def test_at_the_edge_of_38_digits(amounts: list[tuple[Decimal, Decimal]], copies: int) -> None:
    rows = [
        Trade(exchange="x", symbol="y", timestamp=MIDNIGHT + n, message_id=str(n), price=p, quantity=q, side="buy")
        for n, (p, q) in enumerate(amounts)
    ]

    assert folded(rows * copies) == truth(rows)


NUMBER = st.integers(1, 38).flatmap(lambda n: st.integers(0, 10**n - 1))


@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=9))
@example([(10**38 - 1, 10**38 - 1)])
@example([(10**19, 10**19)])
@example([(10**19 - 1, 10**19)] * 2)
def test_products_of_38_digits_add_up_or_are_null(pairs: list[tuple[int, int]]) -> None:
    numbers = pl.DataFrame(pairs, schema={"one": pl.Int128, "other": pl.Int128}, orient="row")
    high, low = product_limbs(pl.col("one"), pl.col("other"))
    limbs = numbers.select(high.sum().alias("all_high"), low.sum().alias("all_low"))
    exact = sum(one * other for one, other in pairs)

    assert limbs.select(from_limbs("all")).item() == (exact if exact < 10**38 else None)

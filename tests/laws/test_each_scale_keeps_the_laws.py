"""Law: at each scale a fold is the oracle's candle, a merge is a fold, and what does not fit is null, never wrapped."""

from dataclasses import replace
from decimal import Context, Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.decimals import Scale
from engines.domain.identity import Identity
from engines.domain.limits import Limits
from engines.domain.timeframe import FINEST, M5, Timeframe
from engines.embedded.rollup import rollup, to_candles, to_sums
from engines.embedded.sums import sums_frame
from engines.polars.fold import fold_exactly, trades_view
from engines.testing import oracle
from engines.testing.arrow import candles_of, trades_table
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import trades

_EXACT = Context(prec=38)


def numbers(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    """Positive decimals of up to so many digits."""
    unscaled = st.integers(1, digits).flatmap(lambda n: st.integers(1, 10**n - 1))
    return unscaled.map(lambda n: Decimal(n).scaleb(-places, _EXACT))


@st.composite
def scaled(draw: st.DrawFn, *, together: int) -> tuple[Scale, list[Trade]]:
    """Trades with prices and quantities of a scale, which have up to so many digits together."""
    scale = Scale(draw(st.integers(8, 12)))
    rows = []
    for row in draw(trades(max_size=12, minutes=7, nulls=False)):
        digits = draw(st.integers(1, min(scale.price.precision, together - 1)))
        price = draw(numbers(digits, scale.places))
        quantity = draw(numbers(min(38, together - digits), scale.places))
        valid = (row.quantity or 0) > 0 < (row.price or 0)
        rows.append(replace(row, price=price, quantity=quantity) if valid else row)
    return scale, rows


def sums(scale: Scale, rows: list[Trade]) -> pl.DataFrame:
    view = trades_view(pl.DataFrame(trades_table(rows, scale)).lazy(), scale)
    return sums_frame(fold_exactly(view, scale, Identity.ID, Limits()).sums, scale)


def candles(found: pl.DataFrame, scale: Scale, timeframe: Timeframe = FINEST) -> list[Candle]:
    return candles_of(to_candles(found.lazy(), timeframe, scale).collect().to_arrow())


@given(scaled(together=36))
def test_a_fold_is_the_oracles_and_a_merge_is_a_fold(given: tuple[Scale, list[Trade]]) -> None:
    scale, rows = given
    found = sums(scale, rows)
    again = to_sums(to_candles(found.lazy(), FINEST, scale)).collect()

    assert candles(found, scale) == oracle.candles(rows, FINEST.duration, places=scale.places)
    assert again.sort(again.columns).equals(found.select(again.columns).sort(again.columns))
    merged = candles(rollup(found.lazy(), M5).collect(), scale, M5)
    assert merged == oracle.candles(rows, M5.duration, places=scale.places)
    minutes = oracle.candles(rows, FINEST.duration, places=scale.places)
    assert merged == oracle.merge(minutes, M5.duration, places=scale.places)


@given(scaled(together=76))
def test_what_no_candle_holds_is_null(given: tuple[Scale, list[Trade]]) -> None:
    scale, rows = given
    windows: dict[tuple[str, str, int], list[Trade]] = {}
    for row in oracle.distinct(rows):
        start = (row.timestamp or 0) // FINEST.duration * FINEST.duration
        windows.setdefault((str(row.exchange), str(row.symbol), start), []).append(row)
    due: set[tuple[str, str, int]] = set()
    for key, members in windows.items():
        try:
            oracle.candles(members, FINEST.duration, places=scale.places)
        except OverflowError:
            due.add(key)
    unfit = pl.col("volume").is_null() | pl.col("quote_volume").is_null()
    found = sums(scale, rows)

    assert set(found.filter(unfit).select("exchange", "symbol", "window_start").rows()) == due
    fitting = [row for key, members in windows.items() if key not in due for row in members]
    assert candles(found.filter(~unfit), scale) == oracle.candles(fitting, FINEST.duration, places=scale.places)

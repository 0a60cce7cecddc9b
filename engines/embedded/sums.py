"""Frames of sums: the unscaled integers that folds and roll-ups calculate with, and sums that cannot overflow.

Columns of sums: exchange, symbol, window_start (Int64 microseconds), and the measures of `domain.candle.SUMS` by name:
decimals as unscaled Int128, others as Int64.
"""

import polars as pl
import pyarrow as pa

from engines.domain.candle import SERIES, SUMS
from engines.domain.decimals import MOST_DIGITS, Figure, Scale
from engines.embedded.candles import no_candles, to_frame

MOST = 10**MOST_DIGITS - 1
"""The largest unscaled value of the widest decimal type."""

_LIMB = 10**19
_DECIMALS = [measure.name for measure in SUMS if isinstance(measure.type, Figure)]
NO_SUMS = pl.DataFrame(
    schema={
        **dict.fromkeys(SERIES, pl.String),
        "window_start": pl.Int64,
        **{measure.name: pl.Int128 if measure.name in _DECIMALS else pl.Int64 for measure in SUMS},
    }
)


def sums_frame(table: pa.Table, scale: Scale) -> pl.DataFrame:
    """Convert the sums of a `Folded` to a frame of unscaled integers."""
    stored = no_candles(scale).schema
    decimals = [pl.col(name).cast(stored[name]).to_physical() for name in _DECIMALS]
    return to_frame(table).with_columns(decimals).select(NO_SUMS.columns).cast(NO_SUMS.schema)


def sums_table(sums: pl.DataFrame, scale: Scale) -> pa.Table:
    """Convert a frame of unscaled integers to the sums of a `Folded`."""
    stored = no_candles(scale).schema
    decimals = [pl.col(name).reinterpret(dtype=stored[name]) for name in _DECIMALS]
    return sums.with_columns(decimals).to_arrow(compat_level=pl.CompatLevel.newest())


def limb_sums(column: str) -> tuple[pl.Expr, pl.Expr]:
    """The sum of a column of non-negative Int128, as two limbs (sums of high and low digits) that cannot overflow."""
    value = pl.col(column)
    return (value // _LIMB).sum().alias(f"{column}_high"), (value % _LIMB).sum().alias(f"{column}_low")


def product_limbs(one: pl.Expr, other: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The product of non-negative Int128 of up to 38 digits as two limbs, whose sums cannot overflow.

    A product of more than 38 digits has a high limb that is too large by itself, and makes every sum too large.
    """
    one_high, one_low = one // _LIMB, one % _LIMB
    other_high, other_low = other // _LIMB, other % _LIMB
    lowest = one_low * other_low
    # Unless both factors have a high limb, one of the two terms is 0, and all fits 128 bits.
    high = one_high * other_low + one_low * other_high + lowest // _LIMB
    beyond = (one_high > 0) & (other_high > 0)
    most = pl.lit(_LIMB, dtype=pl.Int128)
    return pl.when(beyond).then(most).otherwise(pl.min_horizontal(high, most)), lowest % _LIMB


def from_limbs(column: str) -> pl.Expr:
    """The sum that the limbs of a column make; null if it exceeds 38 digits."""
    carried = pl.col(f"{column}_high") + pl.col(f"{column}_low") // _LIMB
    fits = carried < pl.lit((MOST + 1) // _LIMB, dtype=pl.Int128)
    return pl.when(fits).then(pl.col(f"{column}_high") * _LIMB + pl.col(f"{column}_low"))

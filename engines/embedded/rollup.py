"""Roll-up: merges sums into coarser sums and turns sums into candles, exactly, on unscaled integers."""

import polars as pl

from engines.domain.candle import CANDLE_KEY, MEASURES, SERIES, SUMS, VWAP, Measure, Merge
from engines.domain.decimals import Scale
from engines.domain.timeframe import Timeframe
from engines.embedded.candles import no_candles
from engines.embedded.stretches import Stretches, length_of, start_of
from engines.embedded.sums import NO_SUMS, from_limbs, limb_sums

MERGED = (*CANDLE_KEY, *(measure.name for measure in SUMS))
"""The columns of a candle from which it can be merged into a coarser one."""


def to_sums(candles: pl.LazyFrame) -> pl.LazyFrame:
    """Convert candles of a table back to sums (see `engines.embedded.sums`), without loss.

    Candles without quote_volume are left out: they are of another writer, adopted with the table, and cannot be merged.
    """
    known = candles.filter(pl.col("quote_volume").is_not_null())
    return known.select(*SERIES, *(pl.col(name).to_physical() for name in MERGED if name not in SERIES))


def rollup(sums: pl.LazyFrame, windows: Timeframe | Stretches) -> pl.LazyFrame:
    """Merge sums into windows, each measure as declared in `domain.candle`.

    The sum of one side is null only if those of all parts are; a sum that may overflow is null if it exceeds 38 digits
    or the sum of a part is null.
    """
    merged = (
        sums.with_columns(coarse=start_of(pl.col("window_start"), windows))
        .group_by(*SERIES, "coarse")
        .agg(e for m in SUMS for e in _parts(m))
    )
    return (
        merged.with_columns(_whole(measure).alias(measure.name) for measure in SUMS)
        .rename({"coarse": "window_start"})
        .select(NO_SUMS.columns)
    )


def _parts(measure: Measure) -> tuple[pl.Expr, ...]:
    """The aggregations over the parts of a window from which a measure is computed."""
    column, order = pl.col(measure.name), pl.col("window_start")
    match measure.merge:
        case Merge.FIRST:
            return (column.min_by(order),)
        case Merge.LAST:
            return (column.max_by(order),)
        case Merge.HIGHEST:
            return (column.max(),)
        case Merge.LOWEST:
            return (column.min(),)
    if measure.may_overflow:
        return (*limb_sums(measure.name), column.null_count().alias(f"{measure.name}_missing"))
    return (column.sum(), column.count().alias(f"{measure.name}_known"))


def _whole(measure: Measure) -> pl.Expr:
    """The measure of the whole window, computed from the aggregations of `_parts`."""
    if measure.may_overflow:
        return pl.when(pl.col(f"{measure.name}_missing") == 0).then(from_limbs(measure.name))
    if measure.merge is Merge.SUM:
        return pl.when(pl.col(f"{measure.name}_known") > 0).then(measure.name)
    return pl.col(measure.name)


def to_candles(sums: pl.LazyFrame, windows: Timeframe | Stretches, scale: Scale) -> pl.LazyFrame:
    """Convert sums to candles, without created_at and updated_at; raises if a value does not fit its column."""
    stored = no_candles(scale).schema
    start = pl.col("window_start")
    measures = (_vwap().alias(VWAP.name) if measure is VWAP else pl.col(measure.name) for measure in MEASURES)
    return sums.select(
        *CANDLE_KEY,
        (start + length_of(start, windows)).alias("window_end"),
        start.cast(pl.Datetime("us", "UTC")).dt.date().alias("window_date"),
        *measures,
    ).with_columns(
        _as_stored(name, stored[name]) for name in (*(m.name for m in MEASURES), "window_start", "window_end")
    )


def _vwap() -> pl.Expr:
    """quote_volume / volume, rounded half up to the places of a price.

    On unscaled integers N (with the places of price and quantity together) and V, that is N div V, plus one if the
    remainder is at least half of V. (2N + V) div 2V is equivalent, but may exceed 128 bits.
    """
    n, v = pl.col("quote_volume"), pl.col("volume")
    return n // v + pl.when(n % v >= v - n % v).then(1).otherwise(0).cast(pl.Int128)


def _as_stored(name: str, dtype: pl.DataType) -> pl.Expr:
    """An integer column in the column's stored type: decimals by reinterpreting the integer, others by a cast."""
    return pl.col(name).reinterpret(dtype=dtype) if isinstance(dtype, pl.Decimal) else pl.col(name).cast(dtype)

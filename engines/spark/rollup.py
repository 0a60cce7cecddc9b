"""Exact roll-up of sums into coarser windows, and conversion between sums and candles."""

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import MEASURES, SERIES, SUMS, VWAP, Measure, Merge
from engines.domain.decimals import MOST_DIGITS, Decimals, Scale
from engines.domain.timeframe import Timeframe
from engines.spark.fold import COLUMNS
from engines.spark.stretches import Stretches, length_of, start_of
from engines.spark.types import sql_type

_WHOLE = f"decimal({MOST_DIGITS}, 0)"
_HALF = MOST_DIGITS // 2


def to_sums(candles: DataFrame) -> DataFrame:
    """Convert the candles of a table back into sums, without loss.

    A candle without quote_volume was made by another writer and adopted with its table. It cannot be merged and is
    left out.
    """
    return candles.filter(F.col("quote_volume").isNotNull()).select(
        *SERIES, F.unix_micros("window_start").alias("window_start"), *(measure.name for measure in SUMS)
    )


def rollup(sums: DataFrame, windows: Timeframe | Stretches) -> DataFrame:
    """Merge sums into windows, each measure as defined in `domain.candle`.

    The share of a side is null only where it is null in all parts. A sum that may overflow is null where it has more
    than 38 digits, or where one of its parts is null.
    """
    merged = sums.withColumn("coarse", start_of(F.col("window_start"), windows)).groupBy(*SERIES, "coarse")
    return merged.agg(*(_merged(measure).alias(measure.name) for measure in SUMS)).select(
        *(F.col("coarse" if name == "window_start" else name).alias(name) for name in COLUMNS)
    )


def _merged(measure: Measure) -> Column:
    name = measure.name
    match measure.merge:
        case Merge.FIRST:
            return F.min_by(name, "window_start")
        case Merge.LAST:
            return F.max_by(name, "window_start")
        case Merge.HIGHEST:
            return F.max(name)
        case Merge.LOWEST:
            return F.min(name)
    return F.when(_fitting(measure), F.try_sum(name)) if measure.may_overflow else F.try_sum(name)


def _fitting(measure: Measure) -> Column:
    """Whether the sums of all parts of a group fit, and those of the sides, which may be more in foreign candles."""
    whole = F.count_if(F.col(measure.name).isNull()) == 0
    sides = (m.name for m in SUMS if m.side is not None and m.of is measure.of)
    return reduce(and_, ((F.count(name) == 0) | F.try_sum(name).isNotNull() for name in sides), whole)


def fits(scale: Scale) -> Column:
    """Whether sums can be stored as a candle: they fit their columns, and so does the rounded mean price."""
    known = F.col("quote_volume").isNotNull() & F.col("volume").isNotNull()
    price = scale.price
    if price.precision == MOST_DIGITS:
        return known  # no mean has more digits than the sum
    mean = F.try_divide(
        unscaled(F.col("quote_volume"), scale.quote.scale), unscaled(F.col("volume"), scale.volume.scale)
    )
    highest = F.lit(f"{price.largest}.5").cast(f"decimal({price.precision + 1}, 1)")
    return known & F.coalesce((mean < highest) & (mean > -highest), F.col("volume") == 0)


def to_candles(sums: DataFrame, windows: Timeframe | Stretches, scale: Scale, fitting: str = "") -> DataFrame:
    """Convert sums into the candles of a table, without created_at and updated_at.

    Args:
        sums: The sums.
        windows: Their windows.
        scale: Scale of the candles.
        fitting: Name of an additional column that says whether the sums fit a candle; sums that do not have a null
            vwap. If empty, there is no such column, and sums that do not fit are an error.
    """
    mean = vwap(F.col("quote_volume"), F.col("volume"), scale)
    more = {}
    if fitting:
        mean, more = F.when(fits(scale), mean), {fitting: fits(scale)}
    start = F.col("window_start")
    moment = F.timestamp_micros(start)
    stored = {m.name: sql_type(scale.type_of(m.type)) for m in MEASURES}
    return sums.select(
        *SERIES,
        moment.alias("window_start"),
        F.timestamp_micros(start + length_of(start, windows)).alias("window_end"),
        F.to_date(moment).alias("window_date"),
        *((mean if m is VWAP else F.col(m.name).cast(stored[m.name])).alias(m.name) for m in MEASURES),
        *(column.alias(name) for name, column in more.items()),
    )


def vwap(quote_volume: Column, volume: Column, scale: Scale) -> Column:
    """quote_volume / volume, rounded half up to the decimal places of a price.

    On the unscaled integers N (with the places of price and quantity together) and V, that is N div V, plus one where
    the remainder is at least half of V. (2N + V) div 2V is equivalent but may not fit 38 digits.
    """
    n, v, price = unscaled(quote_volume, scale.quote.scale), unscaled(volume, scale.volume.scale), scale.price
    rest = n % v
    up = F.when(rest >= v - rest, F.lit(1)).otherwise(F.lit(0))
    # Candles of other writers may have no volume; ours always do.
    whole = F.when(v != 0, _quotient(n, v, price) + up)
    # A power of ten times a whole number is exact: the type of the product has all digits of both.
    unit = F.lit("0." + "1".zfill(price.scale)).cast(f"decimal({price.scale}, {price.scale})")
    digits = min(price.precision + 1, MOST_DIGITS)
    return (whole.cast(f"decimal({digits}, 0)") * unit).cast(sql_type(price))


def _quotient(n: Column, v: Column, price: Decimals) -> Column:
    """The whole part of n / v, of integers of up to 38 digits.

    Spark's own division of whole numbers gives a long. A quotient that may be longer is made of two of up to 19 digits
    each, by divisions without a rest: the type of a quotient of such integers has 20 digits before its point.
    """
    if price.precision < MOST_DIGITS:
        return F.call_function("div", n, v)
    most = _ten(_HALF) - F.lit(1)
    step = F.when(v.between(F.lit(0) - most, most), (v * _ten(_HALF)).cast(_WHOLE))
    rest = F.coalesce(n % step, n)
    high = F.coalesce(_without_rest(n - rest, step) * _ten(_HALF), F.lit(0).cast(_WHOLE))
    return high.cast(_WHOLE) + _without_rest(rest - rest % v, v)


def _without_rest(n: Column, v: Column) -> Column:
    return (n.cast(_WHOLE) / v).cast(f"decimal({_HALF + 1}, 0)")


def _ten(power: int) -> Column:
    """A power of ten."""
    return F.lit(str(10**power)).cast(f"decimal({power + 1}, 0)")


def unscaled(value: Column, scale: int) -> Column:
    """The unscaled integer of a decimal of at most 38 digits: 1.5 with 8 places is 150000000.

    Whole and fractional part are converted separately: Spark would cut the type of their common product, and of their
    difference, to 38 digits.
    """
    whole, broken = _parted(value, MOST_DIGITS - scale, scale)
    return (whole * _ten(scale)).cast(_WHOLE) + _digits(broken, scale)


def _parted(value: Column, digits: int, places: int) -> tuple[Column, Column]:
    """The parts of a decimal before and after its point, which have up to so many digits."""
    whole = F.when(value < 0, F.ceil(value)).otherwise(F.floor(value)).cast(f"decimal({digits}, 0)")
    return whole, (value % F.lit("1").cast("decimal(1, 0)")).cast(f"decimal({places}, {places})")


def _digits(broken: Column, places: int) -> Column:
    """The digits of a fraction as an integer; half by half, where the type of the product would have more than 38."""
    if 2 * places < MOST_DIGITS:
        return (broken * _ten(places)).cast(f"decimal({places}, 0)")
    half = places // 2
    first, rest = _parted(broken * _ten(half), half, places - half)
    return (first * _ten(places - half)).cast(f"decimal({places}, 0)") + _digits(rest, places - half)

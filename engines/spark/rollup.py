"""Sums into coarser sums, and sums into candles: exact merges of decimals."""

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.timeframe import Timeframe
from engines.spark.fold import SUMS
from engines.spark.trades import SERIES
from engines.spark.types import PRICE, QUOTE, VOLUME

_MONEY = {"open_price": "open", "high_price": "high", "low_price": "low", "close_price": "close"}
_BUYS = ("buy_volume", "buy_quote_volume")
_SUMMED = ("volume", "quote_volume")
_WHOLE = "decimal(38, 0)"
_HIGHEST = 10**18 - 1
"""The highest price, unscaled."""


def to_sums(candles: DataFrame) -> DataFrame:
    """Candles as a table holds them, back into sums; nothing is lost on the way.

    A candle without quote_volume is a stranger's that was adopted with its table: it cannot be merged.
    """
    return candles.filter(F.col("quote_volume").isNotNull()).select(
        *SERIES,
        F.unix_micros("window_start").alias("window_start"),
        *(F.col(column).alias(name) for column, name in _MONEY.items()),
        *("volume", "trade_count", "quote_volume", *_BUYS),
    )


def rollup(sums: DataFrame, timeframe: Timeframe) -> DataFrame:
    """Merge sums into windows of the timeframe: open of the first, close of the last, max, min, sums.

    Buys are null only where all are; volume and quote_volume are null where they do not fit 38 digits, or one of
    their parts did not.
    """
    window = F.col("window_start") - F.pmod(F.col("window_start"), F.lit(timeframe.duration))
    merged = sums.withColumn("coarse", window).groupBy(*SERIES, "coarse")
    # A sum that fits nowhere (a stranger's candles may add up to it) makes null of what must not be null.
    fitting = reduce(and_, (F.count_if(F.col(n).isNull()) == 0 for n in _SUMMED))
    fitting &= reduce(and_, ((F.count(n) == 0) | F.try_sum(n).isNotNull() for n in _BUYS))
    return merged.agg(
        F.min_by("open", "window_start").alias("open"),
        F.max("high").alias("high"),
        F.min("low").alias("low"),
        F.max_by("close", "window_start").alias("close"),
        F.sum("trade_count").alias("trade_count"),
        *(F.when(fitting, F.try_sum(name)).alias(name) for name in _SUMMED),
        *(F.try_sum(name).alias(name) for name in _BUYS),
    ).select(*(F.col("coarse" if name == "window_start" else name).alias(name) for name in SUMS))


def fits() -> Column:
    """Whether sums are those of a candle: they fit their columns, and so does their mean, after rounding."""
    mean = F.try_divide(unscaled(F.col("quote_volume"), 16), unscaled(F.col("volume"), 8))
    known = F.col("quote_volume").isNotNull() & F.col("volume").isNotNull()
    highest = F.lit(f"{_HIGHEST}.5").cast("decimal(19, 1)")
    return known & F.coalesce((mean < highest) & (mean > -highest), F.col("volume") == 0)


def to_candles(sums: DataFrame, timeframe: Timeframe, fitting: str = "") -> DataFrame:
    """Sums as the candles of a table, without created_at and updated_at.

    Args:
        sums: The sums.
        timeframe: Of their windows.
        fitting: A name for one more column: whether the sums fit a candle. What does not has no vwap then; without
            it, it is an error.
    """
    mean = vwap(F.col("quote_volume"), F.col("volume"))
    more = {fitting: fits()} if fitting else {}
    start = F.col("window_start")
    moment = F.timestamp_micros(start)
    return sums.select(
        "symbol",
        "exchange",
        moment.alias("window_start"),
        F.timestamp_micros(start + F.lit(timeframe.duration)).alias("window_end"),
        F.to_date(moment).alias("window_date"),
        *(F.col(name).cast(PRICE).alias(column) for column, name in _MONEY.items()),
        F.col("volume").cast(VOLUME).alias("volume"),
        "trade_count",
        (F.when(fits(), mean) if fitting else mean).alias("vwap"),
        F.col("quote_volume").cast(QUOTE).alias("quote_volume"),
        F.col("buy_volume").cast(VOLUME).alias("buy_volume"),
        F.col("buy_quote_volume").cast(QUOTE).alias("buy_quote_volume"),
        *(column.alias(name) for name, column in more.items()),
    )


def vwap(quote_volume: Column, volume: Column) -> Column:
    """quote_volume / volume, rounded half up to 8 places.

    On unscaled integers N (16 places) and V (8 places) that is N div V, plus one where the remainder is at least half
    of V. (2N + V) div 2V says the same but may not fit 38 digits.
    """
    n, v = unscaled(quote_volume, 16), unscaled(volume, 8)
    rest = n % v
    up = F.when(rest >= v - rest, F.lit(1)).otherwise(F.lit(0))
    # A stranger's candles may have no volume; ours always do.
    whole = F.when(v != 0, F.call_function("div", n, v) + up)
    # 10^-8 times a whole number: exact, for the product has all the digits of both.
    return (whole.cast("decimal(19, 0)") * F.lit("0.00000001").cast("decimal(8, 8)")).cast(PRICE)


def unscaled(value: Column, scale: int) -> Column:
    """A decimal of at most 38 digits as the whole number behind it: 1.5 with 8 places is 150000000.

    Whole and broken part go apart, for Spark would round the product of the two precisions to 38 digits, and so it
    would their difference.
    """
    ten = F.lit(str(10**scale)).cast(f"decimal({scale + 1}, 0)")
    whole = F.when(value < 0, F.ceil(value)).otherwise(F.floor(value)).cast(f"decimal({38 - scale}, 0)")
    broken = (value % F.lit("1").cast("decimal(1, 0)")).cast(f"decimal({scale}, {scale})")
    return (whole * ten).cast(_WHOLE) + (broken * ten).cast(f"decimal({scale}, 0)")

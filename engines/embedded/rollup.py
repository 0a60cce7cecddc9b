"""Sums into coarser sums, and sums into candles: exact merges on unscaled integers."""

import polars as pl

from engines.domain.timeframe import Timeframe
from engines.embedded.sums import NO_SUMS, SERIES, WINDOW, from_limbs, limb_sums

_MONEY = {"open_price": "open", "high_price": "high", "low_price": "low", "close_price": "close", "volume": "volume"}
_OPTIONAL = ("quote_volume", "buy_volume", "buy_quote_volume")
MERGED = (*WINDOW, *_MONEY, "trade_count", *_OPTIONAL)
"""The columns of a candle that a merge needs."""


def to_sums(candles: pl.LazyFrame) -> pl.LazyFrame:
    """Candles as a table holds them, back into sums (see `sums`); nothing is lost on the way.

    A candle without quote_volume is a stranger's that was adopted with its table: it cannot be merged.
    """
    return candles.filter(pl.col("quote_volume").is_not_null()).select(
        *SERIES,
        pl.col("window_start").to_physical(),
        *(pl.col(column).to_physical().alias(name) for column, name in _MONEY.items()),
        "trade_count",
        *(pl.col(name).to_physical() for name in _OPTIONAL),
    )


def rollup(sums: pl.LazyFrame, timeframe: Timeframe) -> pl.LazyFrame:
    """Merge sums into windows of the timeframe: open of the first, close of the last, max, min, sums.

    Buys are null only where all are; quote_volume is null where it goes beyond 38 digits, or one of its parts did.
    """
    window = pl.col("window_start") - pl.col("window_start") % timeframe.duration
    order = pl.col("window_start")
    return (
        sums.with_columns(coarse=window)
        .group_by(*SERIES, "coarse")
        .agg(
            pl.col("open").min_by(order),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").max_by(order),
            pl.col("volume").sum(),
            pl.col("trade_count").sum(),
            *limb_sums("quote_volume"),
            pl.col("quote_volume").null_count().alias("beyond"),
            *(pl.col(name).sum() for name in ("buy_volume", "buy_quote_volume")),
            pl.col("buy_volume").count().alias("sided"),
        )
        .with_columns(
            pl.when(pl.col("beyond") == 0).then(from_limbs("quote_volume")).alias("quote_volume"),
            *(pl.when(pl.col("sided") > 0).then(name).alias(name) for name in ("buy_volume", "buy_quote_volume")),
        )
        .rename({"coarse": "window_start"})
        .select(NO_SUMS.columns)
    )


def to_candles(sums: pl.LazyFrame, timeframe: Timeframe) -> pl.LazyFrame:
    """Sums as the candles of a table, without created_at and updated_at.

    vwap = quote_volume / volume, rounded half up to 8 places: on unscaled integers N (16 places) and V (8 places)
    that is N div V, plus one where the remainder is at least half of V. (2N + V) div 2V says the same but may not
    fit 128 bits.
    """
    n, v = pl.col("quote_volume"), pl.col("volume")
    vwap = n // v + pl.when(n % v >= v - n % v).then(1).otherwise(0).cast(pl.Int128)
    start = pl.col("window_start")
    return sums.select(
        "symbol",
        "exchange",
        start.cast(pl.Datetime("us", "UTC")),
        (start + timeframe.duration).cast(pl.Datetime("us", "UTC")).alias("window_end"),
        start.cast(pl.Datetime("us", "UTC")).dt.date().alias("window_date"),
        *(_decimal(pl.col(name), 18, 8).alias(column) for column, name in _MONEY.items() if name != "volume"),
        _decimal(v, 38, 8).alias("volume"),
        "trade_count",
        _decimal(vwap, 18, 8).alias("vwap"),
        _decimal(n, 38, 16),
        _decimal(pl.col("buy_volume"), 38, 8),
        _decimal(pl.col("buy_quote_volume"), 38, 16),
    )


def _decimal(unscaled: pl.Expr, precision: int, scale: int) -> pl.Expr:
    """An unscaled integer as the decimal it stands for; raises where it does not fit."""
    return unscaled.reinterpret(dtype=pl.Decimal(precision, scale))

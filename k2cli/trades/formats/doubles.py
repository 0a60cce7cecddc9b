"""Columns of doubles as texts: by the rule of `engines.domain.doubles`, times and ids by what a double can hold.

A double that stands for no decimal of few places is no text: whoever reads it rejects the row.
"""

import polars as pl

from engines.domain.doubles import CLOSE, MOST
from k2cli.trades.rejects import INEXACT

PLACES = 8
"""Decimal places that an exchange prints."""

_WHOLE = 2.0**53
"""Up to here doubles hold every whole number."""


def decimal_texts(x: pl.Series) -> pl.Series:
    """Prices and quantities.

    Args:
        x: Float64.

    Returns:
        The decimal that a double stands for. Where it stands for none: the shortest digits that name the double, if
        they have more than 8 places, so that they are seen to be too many; else ``inexact``.
    """
    frame = x.to_frame("x").with_columns(y=pl.col("x") * 10.0**PLACES)
    y, n = pl.col("y"), pl.col("y").round(0, mode="half_to_even")
    exact = (n.abs() < MOST) & ((y - n).abs() <= n.abs() * CLOSE)
    decimals = n.cast(pl.Int64, strict=False).cast(pl.Int128).reinterpret(dtype=pl.Decimal(38, PLACES)).cast(pl.String)
    shortest = pl.col("x").cast(pl.String)
    fine = y.abs() < MOST
    otherwise = (
        pl.when(pl.col("x").is_null() | ~pl.col("x").is_finite() | fine).then(shortest).otherwise(pl.lit(INEXACT))
    )
    return frame.select(pl.when(exact).then(decimals).otherwise(otherwise)).to_series()


def whole_texts(x: pl.Series) -> pl.Series:
    """Ids, flags and codes: whole numbers below 2^53; ``inexact`` for other numbers, null for NaN."""
    number = pl.col("x")
    whole = (number.abs() < _WHOLE) & (number == number.floor())
    texts = pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(pl.lit(INEXACT))
    missing = number.is_null() | number.is_nan()
    return x.to_frame("x").select(pl.when(~missing).then(texts)).to_series()


def time_texts(x: pl.Series) -> pl.Series:
    """Times in any unit: rounded to as many places as a double still tells, in seconds that is the microsecond.

    Returns:
        Numbers with 6 places below 2^53 / 10^6, with 3 below 2^53 / 10^3, whole ones below 2^53; else ``inexact``.
    """
    number = pl.col("x")
    text = pl.lit(INEXACT)
    for places in (0, 3, 6):
        scaled = (number * 10.0**places).round(0, mode="half_to_even")
        digits = scaled.cast(pl.Int64, strict=False).cast(pl.Int128).reinterpret(dtype=pl.Decimal(38, places))
        text = pl.when(number.abs() < _WHOLE / 10**places).then(digits.cast(pl.String)).otherwise(text)
    missing = number.is_null() | number.is_nan()
    return x.to_frame("x").select(pl.when(~missing).then(text)).to_series()

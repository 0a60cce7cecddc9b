"""The audit: finds candles that break an invariant, before they are published."""

import polars as pl

from engines.domain.candle import CANDLE_KEY
from engines.domain.invariants import UNIQUE, Invariant, row_invariants
from engines.domain.timeframe import Timeframe


def broken(candles: pl.LazyFrame, timeframe: Timeframe) -> pl.LazyFrame:
    """The rows that break an invariant, with its name in ``invariant``; a row appears once per invariant it breaks."""
    instants = candles.with_columns(
        start_us=pl.col("window_start").to_physical(),
        end_us=pl.col("window_end").to_physical(),
        date_days=pl.col("window_date").to_physical().cast(pl.Int64),
    )
    rows = [
        instants.filter(~pl.sql_expr(invariant.predicate).fill_null(value=False)).pipe(_named, invariant)
        for invariant in row_invariants(timeframe)
    ]
    repeated = instants.filter(pl.len().over(CANDLE_KEY) > 1).pipe(_named, UNIQUE)
    return pl.concat([*rows, repeated]).drop("start_us", "end_us", "date_days")


def _named(rows: pl.LazyFrame, invariant: Invariant) -> pl.LazyFrame:
    return rows.with_columns(invariant=pl.lit(invariant.name))

"""Show what moved most in the last complete hour: bring the candles up to date, then read them into a Polars frame."""

import polars as pl

import k2cli

with k2cli.open() as lake:
    lake.refresh().raise_for_failures()
    candles = lake.candles("1h")

change = (pl.col("close_price") / pl.col("open_price") - 1).cast(pl.Float64)
movers = (
    candles.filter(pl.col("window_start") == pl.col("window_start").max())
    .select("exchange", "symbol", "close_price", "trade_count", (100 * change).round(2).alias("percent"))
    .sort(pl.col("percent").abs(), descending=True)
)
print(movers.head(5))

"""Candles in a notebook: the cells (# %%) of Jupyter, VS Code or Spyder; ``python candles.py`` runs them all.

It reads the lake of the folder it is started in: after `k2 quickstart`, that of the quickstart.
"""

# %% Open the lake, and bring the candles up to date
import polars as pl

import k2cli

lake = k2cli.open()
lake.refresh().raise_for_failures()
print({str(table.timeframe): table.rows for table in lake.status().tables if table.timeframe})

# %% Any length: a quarter of an hour is merged from the stored 5m candles, with every digit
quarters = lake.candles("15m")
print(quarters.group_by("exchange", "symbol").agg(pl.len(), pl.col("volume").sum()).sort("exchange", "symbol"))

# %% Days of New York, gaps filled in by the last close
(last,) = quarters.select(pl.col("window_end").max()).row(0)
days = lake.candles("1d", zone="America/New_York", end=last, fill="previous")
print(days.select("symbol", "window_date", "close_price", "volume", "filled").tail(5))

# %% Statistics are estimates, so floats will do from here on: how much each series moves in a quarter of an hour
moves = quarters.with_columns(
    move=pl.col("close_price").cast(pl.Float64).log().diff().over("exchange", "symbol"),
)
print(moves.group_by("exchange", "symbol").agg(volatility=pl.col("move").std()).sort("volatility", descending=True))

# %% The same candles for pandas, or as Arrow for whatever reads it
table = quarters.to_arrow()
print(table.schema.field("close_price"))

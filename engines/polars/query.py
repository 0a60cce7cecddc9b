"""Candles out of a table, as asked for."""

import polars as pl
import pyarrow as pa
from pyiceberg.table import Table

from engines.domain.requests import CandleQuery
from engines.domain.tables import CANDLE_KEY
from engines.polars.scan import whole_table


def candles(table: Table, query: CandleQuery) -> pa.Table:
    """The rows a query asks for, sorted as the table is; of more than its limit, the newest windows."""
    frame = whole_table(table)
    for name, value in (("exchange", query.exchange), ("symbol", query.symbol)):
        if value is not None:
            frame = frame.filter(pl.col(name) == value)
    if query.start is not None:
        frame = frame.filter(pl.col("window_start") >= instant(query.start))
    if query.end is not None:
        frame = frame.filter(pl.col("window_start") < instant(query.end))
    if query.limit is not None:
        frame = frame.sort("window_start", *CANDLE_KEY[:2], descending=[True, False, False]).head(query.limit)
    rows = frame.sort(CANDLE_KEY).collect(engine="streaming")
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest())


def instant(microseconds: int) -> pl.Expr:
    """An instant as a UTC time to compare a column with."""
    return pl.lit(microseconds).cast(pl.Datetime("us", "UTC"))

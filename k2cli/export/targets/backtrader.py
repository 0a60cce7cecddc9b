"""backtrader: csv as its GenericCSVData reads it with its own defaults.

Columns and format of times: `params` of GenericCSVData,
https://www.backtrader.com/docu/dataautoref/#genericcsvdata. A bar's time is its end, as in bars that backtrader makes
itself (`rightedge` of https://www.backtrader.com/docu/data-resampling/data-resampling/), so that no strategy
sees a bar before it is over; bars of days have their date, which it moves to the end of the session by itself.
"""

import polars as pl
import pyarrow as pa

from k2cli.export.formats import Format
from k2cli.export.shapes import Doubles
from k2cli.export.targets.target import Target


def _time() -> pl.Expr:
    start, end = pl.col("window_start"), pl.col("window_end")
    at = pl.when(end - start >= pl.duration(days=1)).then(start).otherwise(end)
    return at.dt.strftime("%Y-%m-%d %H:%M:%S")


_NUMBERS = ("open", "high", "low", "close", "volume")

BACKTRADER = Target(
    name="backtrader",
    formats=(Format.CSV,),
    shape=Doubles(
        fields=pa.schema(
            [
                ("datetime", pa.string()),
                *((name, pa.float64()) for name in _NUMBERS),
                ("openinterest", pa.int64()),
            ]
        ),
        time=_time,
        numbers=_NUMBERS,
        more=(lambda: pl.lit(0).alias("openinterest"),),
    ),
    usage="bt.feeds.GenericCSVData(dataname={path!r}, timeframe=bt.TimeFrame.{unit}, compression={length})",
)

"""TradingView's lightweight-charts: a JSON array of objects, as `setData` of its series takes it.

Names: CandlestickData (time, open, high, low, close) and HistogramData (time, value: here the volume) of
https://tradingview.github.io/lightweight-charts/docs/api. Times are those at which windows begin, in seconds since the
epoch, UTC: https://tradingview.github.io/lightweight-charts/docs/api/type-aliases/UTCTimestamp.
"""

import polars as pl
import pyarrow as pa

from k2cli.export.formats import Format
from k2cli.export.shapes import Doubles
from k2cli.export.targets.target import Target

_NUMBERS = ("open", "high", "low", "close", "value")

LIGHTWEIGHT_CHARTS = Target(
    name="lightweight-charts",
    formats=(Format.JSON,),
    shape=Doubles(
        fields=pa.schema([("time", pa.int64()), *((name, pa.float64()) for name in _NUMBERS)]),
        time=lambda: pl.col("window_start").dt.epoch("s"),
        numbers=_NUMBERS,
    ),
    usage="const rows = await (await fetch('{name}')).json(); candles.setData(rows); volumes.setData(rows);",
)

"""vectorbt: a frame with an index of times and the columns Open, High, Low, Close and Volume.

Names of columns: https://vectorbt.dev/api/ohlcv_accessors/ ("by default, vectorbt searches for columns with names
'open', 'high', 'low', 'close', and 'volume'", in any case). A row has the time at which its window begins, as in the
data that vectorbt downloads itself.
"""

import polars as pl
import pyarrow as pa

from k2cli.export.formats import Format
from k2cli.export.pandas_index import indexed
from k2cli.export.shapes import Doubles
from k2cli.export.targets.target import Target

_NUMBERS = ("Open", "High", "Low", "Close", "Volume")

VECTORBT = Target(
    name="vectorbt",
    formats=(Format.PARQUET, Format.CSV),
    shape=Doubles(
        fields=indexed(
            pa.schema([("Date", pa.timestamp("us", tz="UTC")), *((name, pa.float64()) for name in _NUMBERS)]), "Date"
        ),
        time=lambda: pl.col("window_start"),
        numbers=_NUMBERS,
    ),
    usage="{frame}.vbt.ohlcv",
)

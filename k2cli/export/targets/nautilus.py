"""nautilus_trader: a frame with an index of times, as its BarDataWrangler takes it.

Columns: BarDataWrangler.process, "expects columns ['open', 'high', 'low', 'close', 'volume'] with 'timestamp' index"
(https://nautilustrader.io/docs/latest/api_reference/persistence/). The time is the end of the window: "Nautilus
strictly expects the initialization timestamp (ts_init) of each bar to represent its closing time"
(https://nautilustrader.io/docs/nightly/concepts/backtesting/bar-execution/).
"""

import polars as pl
import pyarrow as pa

from k2cli.export.formats import Format
from k2cli.export.pandas_index import indexed
from k2cli.export.shapes import Doubles
from k2cli.export.targets.target import Target

_NUMBERS = ("open", "high", "low", "close", "volume")

NAUTILUS = Target(
    name="nautilus",
    formats=(Format.PARQUET, Format.CSV),
    shape=Doubles(
        fields=indexed(
            pa.schema([("timestamp", pa.timestamp("us", tz="UTC")), *((name, pa.float64()) for name in _NUMBERS)]),
            "timestamp",
        ),
        time=lambda: pl.col("window_end"),
        numbers=_NUMBERS,
    ),
    usage="BarDataWrangler(bar_type, instrument).process({frame})",
)

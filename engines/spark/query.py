"""Candles out of a table, as asked for."""

import pyarrow as pa
from pyiceberg.table import Table
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import CANDLE_KEY
from engines.domain.interval import BEGINNING, END, Intervals
from engines.domain.requests import CandleQuery
from engines.spark.scan import quoted, within


def candles(spark: SparkSession, catalog: str, table: Table, query: CandleQuery) -> pa.Table:
    """The rows a query asks for, sorted as the table is; of more than its limit, the newest windows."""
    frame = spark.read.table(quoted(".".join((catalog, *table.name()))))
    for name, value in (("exchange", query.exchange), ("symbol", query.symbol)):
        if value is not None:
            frame = frame.filter(F.col(name) == value)
    if query.start is not None or query.end is not None:
        start = BEGINNING if query.start is None else query.start
        end = END - 1 if query.end is None else query.end
        frame = frame.filter(within("window_start", Intervals.of([(start, end)]), timestamps=True))
    if query.limit is not None:
        *series, start_column = CANDLE_KEY
        frame = frame.orderBy(F.col(start_column).desc(), *series).limit(query.limit)
    return frame.orderBy(*CANDLE_KEY).toArrow()

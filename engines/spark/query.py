"""Candles and trades out of their tables, as asked for."""

import pyarrow as pa
from pyiceberg.table import Table
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.arrow import arrow_schema
from engines.base import CandleQuery, TradeQuery
from engines.domain.candle import CANDLE_KEY
from engines.domain.interval import BEGINNING, END, Intervals
from engines.domain.tables import TRADES_READ
from engines.iceberg import EVENT_TIME
from engines.spark.scan import quoted, scan, within
from engines.work import Rows


def candles(spark: SparkSession, catalog: str, table: Table, query: CandleQuery) -> pa.Table:
    """The rows a query asks for, sorted as the table is; of more than its limit, the newest windows."""
    frame = _wanted(spark.read.table(quoted(".".join((catalog, *table.name())))), query)
    if (asked := _asked(query)) is not None:
        frame = frame.filter(within("window_start", asked, timestamps=True))
    if query.limit is not None:
        *series, start_column = CANDLE_KEY
        frame = frame.orderBy(F.col(start_column).desc(), *series).limit(query.limit)
    return frame.orderBy(*CANDLE_KEY).toArrow()


def trades(spark: SparkSession, catalog: str, source: Rows | None, query: TradeQuery) -> pa.Table:
    """The rows a query asks for, as they were delivered, in any order.

    Args:
        spark: The session.
        catalog: Name of the catalog.
        source: The trades; None where there are none.
        query: Which.
    """
    if source is None:
        return arrow_schema(TRADES_READ).empty_table()
    names = [column.name for column in TRADES_READ]
    frame = scan(spark, catalog, source, column=EVENT_TIME, intervals=_asked(query), columns=names)
    return _wanted(frame, query).toArrow()


def _wanted(frame: DataFrame, query: CandleQuery | TradeQuery) -> DataFrame:
    for name, value in (("exchange", query.exchange), ("symbol", query.symbol)):
        frame = frame if value is None else frame.filter(F.col(name) == value)
    return frame


def _asked(query: CandleQuery | TradeQuery) -> Intervals | None:
    """The times of a query; None for all."""
    if query.start is None and query.end is None:
        return None
    start = BEGINNING if query.start is None else query.start
    return Intervals.of([(start, END - 1 if query.end is None else query.end)])

"""Trades prepared for the fold: their columns, their one-minute window, and why a trade is invalid."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.interval import Intervals
from engines.domain.invariants import REJECTIONS
from engines.domain.tables import TRADES_NEEDED, TRADES_USED
from engines.domain.timeframe import MINUTE
from engines.spark.scan import scan
from engines.work import TradeRows

REASON = "reason"


def trades_view(spark: SparkSession, catalog: str, rows: TradeRows, intervals: Intervals) -> DataFrame:
    """The trades of the intervals.

    Returns:
        The columns of `TRADES_NEEDED` and `TRADES_USED`, with price and quantity as decimal(18, 8); ``window_start``,
        the start of the minute in microseconds; and ``reason``, the first reason why the trade is invalid, or null.
    """
    columns = (*TRADES_NEEDED, *TRADES_USED)
    source = scan(spark, catalog, rows, column="timestamp", intervals=intervals, columns=columns)
    window = F.col("timestamp") - F.pmod(F.col("timestamp"), F.lit(MINUTE))
    return source.withColumn("window_start", window).withColumn(REASON, _reason())


def _reason() -> Column:
    reason = F.lit(None).cast("string")
    for name, applies in reversed(REJECTIONS.items()):
        reason = F.when(F.expr(applies), F.lit(name)).otherwise(reason)
    return reason

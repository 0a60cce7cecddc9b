"""Trades into one-minute sums, exactly: DataFrame in, DataFrame out; reading lies elsewhere.

Columns of sums: exchange, symbol, window_start (bigint, microseconds), open, high, low, close (decimal(18, 8)),
volume (decimal(38, 8)), trade_count, quote_volume (decimal(38, 16), null where the exact sum has more than 38
digits), buy_volume, buy_quote_volume (null where no trade has a side).
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.spark.trades import WINDOW
from engines.spark.types import PRICE, QUOTE, VOLUME

PRICES = ("open", "high", "low", "close")
ADDED = ("volume", "trade_count", "quote_volume", "buy_volume", "buy_quote_volume")
_TYPES = {
    "exchange": "string",
    "symbol": "string",
    "window_start": "bigint",
    **dict.fromkeys(PRICES, PRICE),
    "volume": VOLUME,
    "trade_count": "bigint",
    "quote_volume": QUOTE,
    "buy_volume": VOLUME,
    "buy_quote_volume": QUOTE,
}
SUMS = tuple(_TYPES)


def no_sums(spark: SparkSession) -> DataFrame:
    """The sums of no trades; made by Java alone, for rows that Python hands over would need a Python on executors."""
    return spark.range(0).select(*(F.lit(None).cast(type_).alias(name) for name, type_ in _TYPES.items()))


def fold(trades: DataFrame) -> DataFrame:
    """Sums of trades that are valid and distinct, in one pass with map-side combine."""
    return trades.groupBy(*WINDOW).agg(*measures())


def measures() -> list[Column]:
    """What the trades of a window add up to.

    The product of two decimal(18, 8) is a decimal(37, 16), which is exact, and so is its sum as decimal(38, 16)
    up to 38 digits; `try_sum` makes null of what is beyond, so that the window can be named.
    """
    first = F.struct("timestamp", "source_sequence", "message_id")
    quantity = F.col("quantity").cast(VOLUME)
    quote = F.col("price") * F.col("quantity")
    buys = F.col("side") == "buy"
    sided = F.count_if(buys | (F.col("side") == "sell")) > 0
    return [
        F.min_by("price", first).cast(PRICE).alias("open"),
        F.max("price").alias("high"),
        F.min("price").alias("low"),
        F.max_by("price", first).cast(PRICE).alias("close"),
        F.try_sum(quantity).alias("volume"),
        F.count(F.lit(1)).alias("trade_count"),
        F.try_sum(quote).cast(QUOTE).alias("quote_volume"),
        F.when(sided, _sum_where(buys, quantity)).alias("buy_volume"),
        F.when(sided, _sum_where(buys, quote).cast(QUOTE)).alias("buy_quote_volume"),
    ]


def _sum_where(condition: Column, value: Column) -> Column:
    """The sum of the rows that meet the condition, 0 where none does: never more than the sum of all."""
    return F.coalesce(F.try_sum(F.when(condition, value)), F.lit(0))

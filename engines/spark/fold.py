"""The exact fold of trades into one-minute sums, from DataFrame to DataFrame; tables are read elsewhere.

Columns of sums: exchange, symbol, window_start (bigint, microseconds), and the measures of `domain.candle.SUMS` with
their names and types. quote_volume is null where the exact sum has more than 38 digits; the share of a side is null
where no trade has a side.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.types import DecimalType

from engines.domain.candle import BUY, CANDLE_KEY, SERIES, SUMS, Measure, Merge, Of
from engines.domain.decimals import SCALE, Scale
from engines.domain.identity import Identity
from engines.domain.tables import AMOUNTS
from engines.spark.types import sql_type

COLUMNS = (*SERIES, "window_start", *(measure.name for measure in SUMS))


def types(scale: Scale) -> dict[str, str]:
    """The types of the columns of sums as Spark SQL spells them."""
    of_sums = {measure.name: sql_type(scale.type_of(measure.type)) for measure in SUMS}
    return {**dict.fromkeys(SERIES, "string"), "window_start": "bigint", **of_sums}


def no_sums(spark: SparkSession, scale: Scale) -> DataFrame:
    """An empty frame of sums; made by Java alone, since rows from Python would need a Python on the executors."""
    return spark.range(0).select(*(F.lit(None).cast(type_).alias(name) for name, type_ in types(scale).items()))


def fold(trades: DataFrame, scale: Scale, identity: Identity) -> DataFrame:
    """Sum valid, distinct trades by window, in one pass with map-side combine."""
    return trades.groupBy(*CANDLE_KEY).agg(*measures(trades, scale, identity))


def measures(trades: DataFrame, scale: Scale, identity: Identity) -> list[Column]:
    """The aggregate expressions of all sums, over the trades of a group."""
    order, amounts = identity.order(trades.columns), {field.name: field.dataType for field in trades.schema.fields}
    narrow = SCALE.price.precision
    wide = any(isinstance(t := amounts[name], DecimalType) and t.precision > narrow for name in AMOUNTS)
    stored, volume = types(scale), sql_type(scale.volume)
    return [
        _measured(measure, volume, order, wide=wide).cast(stored[measure.name]).alias(measure.name) for measure in SUMS
    ]


def _measured(measure: Measure, volume: str, order: Sequence[str], *, wide: bool) -> Column:
    """The aggregate expression of one measure.

    The product of two decimal(18, 8) is an exact decimal(37, 16), and its sum as decimal(38, 16) is exact up to 38
    digits. Beyond that `try_sum` returns null instead of failing, so that the error can name the window. `wide` amounts
    have more digits: the product of one trade already may be too large, which is null, too. `volume` is the type of the
    sum of quantities.
    """
    place = F.struct(*order)
    taken = {
        Of.PRICE: F.col("price"),
        Of.QUANTITY: F.col("quantity").cast(volume),
        Of.QUOTE: F.try_multiply("price", "quantity") if wide else F.col("price") * F.col("quantity"),
        Of.TRADE: F.lit(1),
    }[measure.of]
    match measure.merge:
        case Merge.FIRST:
            return F.min_by(taken, place)
        case Merge.LAST:
            return F.max_by(taken, place)
        case Merge.HIGHEST:
            return F.max(taken)
        case Merge.LOWEST:
            return F.min(taken)
    if measure.side is None:
        return F.when(F.count_if(taken.isNull()) == 0, F.try_sum(taken)) if wide else F.try_sum(taken)
    share = F.try_sum(F.when(F.col("bought") == F.lit(measure.side == BUY), taken))
    return F.when(F.count("bought") > 0, F.coalesce(share, F.lit(0)))

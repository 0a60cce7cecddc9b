"""New candles against those a table has, row by row.

A row of a revision is a candle as it is to stand in the table, with all the table's columns, ``unit`` (the start of its
partition, microseconds) and ``fate`` (see `fates`).
"""

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.interval import Intervals
from engines.domain.tables import CANDLE_KEY, CANDLE_MEASURES, Partitioning
from engines.spark.fates import CARRIED, GONE, NEW, REPEATED, SAME
from engines.spark.scan import within


def revise(old: DataFrame | None, new: DataFrame, *, intervals: Intervals, cut: Partitioning, now: int) -> DataFrame:
    """Put new candles beside the old ones of the intervals.

    created_at survives; updated_at moves where a measure changed.

    Args:
        old: Every row the table has in the units that are touched; None where it has none.
        new: The candles of the intervals, without stamps.
        intervals: What was recomputed.
        cut: How the table is partitioned.
        now: The stamp.
    """
    clock = F.timestamp_micros(F.lit(now))
    if old is None:
        rows = new.select("*", clock.alias("created_at"), clock.alias("updated_at"), F.lit(NEW).alias("fate"))
        return _with_unit(rows, cut)
    inside = within("window_start", intervals, timestamps=True)
    before = _numbered(old.filter(inside))
    carried = old.filter(~inside).withColumn("fate", F.lit(CARRIED))
    repeated = before.filter("number > 1").drop("number").withColumn("fate", F.lit(REPEATED))
    settled = _joined(before.filter("number = 1").drop("number"), new, clock)
    return _with_unit(settled.unionByName(carried).unionByName(repeated), cut)


def _numbered(before: DataFrame) -> DataFrame:
    """Rows of the same key numbered, so that one of them stands for the candle. Candles are few: a window is cheap."""
    key = ", ".join(CANDLE_KEY)
    return before.withColumn(
        "number", F.expr(f"row_number() OVER (PARTITION BY {key} ORDER BY created_at, updated_at)")
    )


def _joined(before: DataFrame, new: DataFrame, clock: Column) -> DataFrame:
    """New candles and old ones by key, whichever side has them."""
    same_key = [F.col(f"new.{name}") == F.col(f"old.{name}") for name in CANDLE_KEY]
    both = new.alias("new").join(before.alias("old"), on=same_key, how="full_outer")
    is_new, was_old = F.col("new.symbol").isNotNull(), F.col("old.symbol").isNotNull()
    equal = [F.col(f"new.{name}").eqNullSafe(F.col(f"old.{name}")) for name in CANDLE_MEASURES]
    written = is_new & (~was_old | ~reduce(and_, equal))
    fate = F.when(written, NEW).when(is_new, SAME).otherwise(GONE)
    stamps = {
        "created_at": F.coalesce(F.col("old.created_at"), clock),
        "updated_at": F.when(written, clock).otherwise(F.col("old.updated_at")),
    }
    # Columns that are not ours stay with the rows that stay as they are.
    taken = {
        name: F.when(is_new, F.col(f"new.{name}") if name in new.columns else None).otherwise(F.col(f"old.{name}"))
        for name in before.columns
    }
    return both.select(*(column.alias(name) for name, column in (taken | stamps).items()), fate.alias("fate"))


def _with_unit(rows: DataFrame, cut: Partitioning) -> DataFrame:
    start = F.date_trunc(cut.transform, F.col("window_start"))
    return rows.withColumn("unit", F.unix_micros(start))

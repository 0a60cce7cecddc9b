"""Revisions: recomputed candles joined with those that a table holds, row by row.

A row of a revision is a candle as it will be stored: all columns of the table, plus ``unit`` (the start of its
partition, microseconds) and ``outcome`` (see `outcomes`).
"""

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import CANDLE_KEY, CANDLE_MEASURES
from engines.domain.interval import Intervals
from engines.domain.tables import partitioning
from engines.domain.timeframe import Timeframe
from engines.spark.outcomes import CARRIED, GONE, NEW, REPEATED, SAME
from engines.spark.scan import within


def revise(old: DataFrame | None, new: DataFrame, *, intervals: Intervals, timeframe: Timeframe, now: int) -> DataFrame:
    """Join the recomputed candles of the intervals with the old ones.

    created_at is kept; updated_at changes where a measure changed.

    Args:
        old: All rows of the table in the units that are touched; None where there are none.
        new: The recomputed candles of the intervals, without created_at and updated_at.
        intervals: The intervals that were recomputed.
        timeframe: The timeframe of the table, which determines its partitions.
        now: The instant for created_at and updated_at, microseconds.
    """
    clock = F.timestamp_micros(F.lit(now))
    if old is None:
        rows = new.select("*", clock.alias("created_at"), clock.alias("updated_at"), F.lit(NEW).alias("outcome"))
        return _with_unit(rows, timeframe)
    both = new.alias("new").join(_slotted(old, intervals).alias("old"), on=_same_slot(), how="full_outer")
    is_new, was_old = F.col("new.symbol").isNotNull(), F.col("old.number").isNotNull()
    equal = reduce(and_, (F.col(f"new.{n}").eqNullSafe(F.col(f"old.{n}")) for n in CANDLE_MEASURES))
    written = is_new & (~was_old | ~equal)
    outcome = (
        F.when(written, NEW)
        .when(is_new, SAME)
        .when(~F.col("old.inside"), CARRIED)
        .when(F.col("old.number") > 1, REPEATED)
        .otherwise(GONE)
    )
    stamps = {
        "created_at": F.coalesce(F.col("old.created_at"), clock),
        "updated_at": F.when(written, clock).otherwise(F.col("old.updated_at")),
    }
    # A candle that changed has null in columns that are not ours; all other rows keep theirs.
    taken = {
        name: F.when(is_new, F.col(f"new.{name}")).otherwise(F.col(f"old.{name}"))
        if name in new.columns
        else F.when(~written, F.col(f"old.{name}"))
        for name in old.columns
    }
    rows = both.select(*(column.alias(name) for name, column in (taken | stamps).items()), outcome.alias("outcome"))
    return _with_unit(rows, timeframe)


def _slotted(old: DataFrame, intervals: Intervals) -> DataFrame:
    """Old rows with ``slot``: the window's start for one row of each key within the intervals, null for all others.

    New candles are joined by it, so rows outside of the intervals and surplus rows of a key match no new candle, and
    one join is enough.
    """
    key = ", ".join(CANDLE_KEY)
    number = F.expr(f"row_number() OVER (PARTITION BY {key} ORDER BY created_at, updated_at)")
    rows = old.withColumn("inside", within("window_start", intervals, timestamps=True)).withColumn("number", number)
    return rows.withColumn("slot", F.when(F.col("inside") & (F.col("number") == 1), F.col("window_start")))


def _same_slot() -> list[Column]:
    *series, start = CANDLE_KEY
    return [
        *(F.col(f"new.{name}") == F.col(f"old.{name}") for name in series),
        F.col(f"new.{start}") == F.col("old.slot"),
    ]


def _with_unit(rows: DataFrame, timeframe: Timeframe) -> DataFrame:
    start = F.unix_micros(F.date_trunc(partitioning(timeframe).transform, F.col("window_start")))
    # The start of the first window of the partition: windows of several days need not begin with the month.
    return rows.withColumn("unit", start + F.pmod(-start, F.lit(timeframe.duration)))

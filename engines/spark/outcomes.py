"""The outcome of each row of a revision, and the counts by which a run decides and reports.

A recomputed candle of the intervals is `NEW` (new or changed) or `SAME` (unchanged); a row outside of the intervals is
`CARRIED` over. A candle that no longer has trades is `GONE`; it is `KEPT` where it is another writer's, or where the
user has asked to keep such candles. Of several rows with the same key one is used, the others are `REPEATED`.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import SERIES, SUMS
from engines.domain.interval import Intervals
from engines.domain.losses import Loss
from engines.spark.audit import first_broken, with_instants
from engines.spark.scan import within
from engines.work import Rebuild

NEW = "new"
SAME = "same"
CARRIED = "carried"
GONE = "gone"
KEPT = "kept"
REPEATED = "repeated"

STAYING = (NEW, SAME, CARRIED, KEPT)
_CHANGING = (NEW, GONE, REPEATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionCounts:
    """The counts of a revision.

    Attributes:
        counts: Number of rows by unit and outcome.
        trades: Number of trades in the recomputed candles.
        foreign: Number of `GONE` candles that another writer may have made.
        broken: Number of recomputed candles that break an invariant.
        loss: The `GONE` candles, without those whose trades we have removed ourselves.
        first_broken: Key and ``problem`` of the first broken candle.
        overflow: Key of the first candle whose sums do not fit its columns, and which of them are null for that reason.
    """

    counts: dict[tuple[int, str], int]
    trades: int
    foreign: int
    broken: int
    loss: Loss
    first_broken: Row | None
    overflow: Row | None

    def count(self, outcome: str) -> int:
        """Number of rows with an outcome."""
        return sum(rows for (_, found), rows in self.counts.items() if found == outcome)

    @property
    def touched(self) -> frozenset[int]:
        """The units in which something changes."""
        return frozenset(unit for (unit, outcome), rows in self.counts.items() if outcome in _CHANGING and rows)

    def rows_in(self, units: frozenset[int]) -> int:
        """Number of rows that the units will hold after the revision."""
        return sum(rows for (unit, outcome), rows in self.counts.items() if unit in units and outcome in STAYING)


def counted_outcomes(revision: DataFrame, work: Rebuild) -> RevisionCounts:
    """Count the rows of a revision; only one row for each unit and outcome comes back to the driver."""
    timeframe, adopting = work.plan.timeframe, work.adopting
    start = F.unix_micros("window_start").alias("window_start")
    made = F.col("outcome").isin(NEW, SAME)
    unfit = [F.col(measure.name).isNull().alias(measure.name) for measure in SUMS if measure.may_overflow]
    beyond = made & reduce(or_, unfit)
    problem = F.when(made & ~beyond, first_broken(timeframe))
    rows = with_instants(revision).withColumn("problem", problem).groupBy("unit", "outcome")
    found = rows.agg(
        F.count(F.lit(1)).alias("rows"),
        F.sum(F.when(made, F.col("trade_count"))).alias("trades"),
        F.count_if((F.col("outcome") == GONE) & may_be_foreign(adopting=adopting)).alias("foreign"),
        F.count("problem").alias("broken"),
        *_losses(work),
        F.min(F.when(F.col("problem").isNotNull(), F.struct(start, *SERIES, "problem"))).alias("first_broken"),
        F.min(F.when(beyond, F.struct(start, *SERIES, *unfit))).alias("overflow"),
    ).collect()
    return RevisionCounts(
        counts={(row.unit, row.outcome): row.rows for row in found},
        trades=sum(row.trades or 0 for row in found),
        foreign=sum(row.foreign for row in found),
        broken=sum(row.broken for row in found),
        loss=sum((_loss(row) for row in found), Loss()),
        first_broken=min((row.first_broken for row in found if row.first_broken), default=None),
        overflow=min((row.overflow for row in found if row.overflow), default=None),
    )


def _losses(work: Rebuild) -> tuple[Column, ...]:
    """The aggregations from which `_loss` makes a `Loss`."""
    start, removals = F.unix_micros("window_start"), work.plan.removals
    lost = (F.col("outcome") == GONE) & ~within("window_start", removals.declared, timestamps=True)
    taken = lost & within("window_start", removals.times, timestamps=True)
    with_trades = F.col("outcome").isin(NEW, SAME) | ((F.col("outcome") == CARRIED) & F.col("quote_volume").isNotNull())
    return (
        F.count_if(lost).alias("lost"),
        F.min(F.when(lost, start)).alias("first"),
        F.min(F.when(taken, start)).alias("first_lost"),
        F.min(F.when(with_trades & (start >= work.frozen_until), start)).alias("first_left"),
    )


def _loss(row: Row) -> Loss:
    return Loss(candles=row.lost, first=row["first"], first_lost=row.first_lost, first_left=row.first_left)


def may_be_foreign(*, adopting: bool) -> Column:
    """Whether a candle may be another writer's: every one while a table is adopted, later only without quote_volume."""
    return F.lit(True) if adopting else F.col("quote_volume").isNull()


def all_kept(revision: DataFrame, declared: Intervals) -> DataFrame:
    """The revision with every `GONE` candle `KEPT`, but for those whose trades we have removed ourselves."""
    stays = (F.col("outcome") == GONE) & ~within("window_start", declared, timestamps=True)
    return revision.withColumn("outcome", F.when(stays, F.lit(KEPT)).otherwise(F.col("outcome")))


def foreign_kept(revision: DataFrame, known: DataFrame | None, *, adopting: bool) -> DataFrame:
    """The revision with `GONE` candles of other writers `KEPT` where the source does not hold their series.

    Args:
        revision: The revision.
        known: The series of the source; None where it is empty.
        adopting: See `may_be_foreign`.
    """
    stays = (F.col("outcome") == GONE) & may_be_foreign(adopting=adopting)
    if known is None:
        return revision.withColumn("outcome", F.when(stays, F.lit(KEPT)).otherwise(F.col("outcome")))
    marked = revision.join(known.withColumn("known", F.lit(True)), on=[*SERIES], how="left")
    outcome = F.when(stays & F.col("known").isNull(), F.lit(KEPT)).otherwise(F.col("outcome"))
    return marked.withColumn("outcome", outcome).drop("known")

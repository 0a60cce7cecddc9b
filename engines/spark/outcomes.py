"""What becomes of each row of a revision, and the counts by which a run decides and reports.

A candle of the intervals is `NEW` (new, or changed) or the `SAME`; a row outside of them is `CARRIED` over. A candle
that has no trades any more is `GONE`, or `KEPT` where it is not ours to drop or was asked to stay. Of rows with the
same key one counts, the others are `REPEATED`.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import SERIES, SUMS
from engines.domain.timeframe import Timeframe
from engines.spark.audit import first_broken, with_instants

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
    """A revision in numbers.

    Attributes:
        counts: Rows by unit and outcome.
        trades: Trades in the candles that were recomputed.
        foreign: Candles that are gone and may not be ours.
        broken: Recomputed candles that break an invariant.
        first_gone: Start of the first window that is gone, microseconds.
        first_broken: Key and ``problem`` of the first broken candle.
        overflow: Key of the first candle whose sums do not fit its columns.
    """

    counts: dict[tuple[int, str], int]
    trades: int
    foreign: int
    broken: int
    first_gone: int | None
    first_broken: Row | None
    overflow: Row | None

    def count(self, outcome: str) -> int:
        """Rows of an outcome."""
        return sum(rows for (_, found), rows in self.counts.items() if found == outcome)

    @property
    def touched(self) -> frozenset[int]:
        """The units in which something changes."""
        return frozenset(unit for (unit, outcome), rows in self.counts.items() if outcome in _CHANGING and rows)

    def rows_in(self, units: frozenset[int]) -> int:
        """Rows that units are to hold."""
        return sum(rows for (unit, outcome), rows in self.counts.items() if unit in units and outcome in STAYING)


def counted_outcomes(revision: DataFrame, timeframe: Timeframe, *, adopting: bool) -> RevisionCounts:
    """Count a revision: one row for each unit and outcome comes back."""
    start = F.unix_micros("window_start").alias("window_start")
    made = F.col("outcome").isin(NEW, SAME)
    beyond = made & reduce(or_, (F.col(m.name).isNull() for m in SUMS if m.may_overflow))
    problem = F.when(made & ~beyond, first_broken(timeframe))
    rows = with_instants(revision).withColumn("problem", problem).groupBy("unit", "outcome")
    found = rows.agg(
        F.count(F.lit(1)).alias("rows"),
        F.sum(F.when(made, F.col("trade_count"))).alias("trades"),
        F.count_if((F.col("outcome") == GONE) & may_be_foreign(adopting=adopting)).alias("foreign"),
        F.count("problem").alias("broken"),
        F.min(F.when(F.col("outcome") == GONE, start)).alias("first_gone"),
        F.min(F.when(F.col("problem").isNotNull(), F.struct(start, *SERIES, "problem"))).alias("first_broken"),
        F.min(F.when(beyond, F.struct(start, *SERIES))).alias("overflow"),
    ).collect()
    return RevisionCounts(
        counts={(row.unit, row.outcome): row.rows for row in found},
        trades=sum(row.trades or 0 for row in found),
        foreign=sum(row.foreign for row in found),
        broken=sum(row.broken for row in found),
        first_gone=min((row.first_gone for row in found if row.first_gone is not None), default=None),
        first_broken=min((row.first_broken for row in found if row.first_broken), default=None),
        overflow=min((row.overflow for row in found if row.overflow), default=None),
    )


def may_be_foreign(*, adopting: bool) -> Column:
    """Whether a candle may be foreign: all are while a table is adopted; later ours are known by quote_volume."""
    return F.lit(True) if adopting else F.col("quote_volume").isNull()


def all_kept(revision: DataFrame) -> DataFrame:
    """What is gone stays."""
    return revision.withColumn("outcome", F.when(F.col("outcome") == GONE, F.lit(KEPT)).otherwise(F.col("outcome")))


def foreign_kept(revision: DataFrame, known: DataFrame | None, *, adopting: bool) -> DataFrame:
    """What another writer wrote about series that the source has never heard of is not ours to judge: it stays.

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

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
class Tally:
    """A revision in numbers.

    Attributes:
        counts: Rows by unit and fate.
        trades: Trades in the candles that were recomputed.
        strangers: Candles that are gone and may not be ours.
        broken: Recomputed candles that break an invariant.
        first_gone: Start of the first window that is gone, microseconds.
        first_broken: Key and ``problem`` of the first broken candle.
        overflow: Key of the first candle whose sums do not fit its columns.
    """

    counts: dict[tuple[int, str], int]
    trades: int
    strangers: int
    broken: int
    first_gone: int | None
    first_broken: Row | None
    overflow: Row | None

    def count(self, fate: str) -> int:
        """Rows of a fate."""
        return sum(rows for (_, found), rows in self.counts.items() if found == fate)

    @property
    def touched(self) -> frozenset[int]:
        """The units in which something changes."""
        return frozenset(unit for (unit, fate), rows in self.counts.items() if fate in _CHANGING and rows)

    def rows_in(self, units: frozenset[int]) -> int:
        """Rows that units are to hold."""
        return sum(rows for (unit, fate), rows in self.counts.items() if unit in units and fate in STAYING)


def counted_fates(revision: DataFrame, timeframe: Timeframe, *, adopting: bool) -> Tally:
    """Count a revision: one row for each unit and fate comes back."""
    start = F.unix_micros("window_start").alias("window_start")
    made = F.col("fate").isin(NEW, SAME)
    beyond = made & reduce(or_, (F.col(m.name).isNull() for m in SUMS if m.may_overflow))
    problem = F.when(made & ~beyond, first_broken(timeframe))
    rows = with_instants(revision).withColumn("problem", problem).groupBy("unit", "fate")
    found = rows.agg(
        F.count(F.lit(1)).alias("rows"),
        F.sum(F.when(made, F.col("trade_count"))).alias("trades"),
        F.count_if((F.col("fate") == GONE) & foreign(adopting=adopting)).alias("strangers"),
        F.count("problem").alias("broken"),
        F.min(F.when(F.col("fate") == GONE, start)).alias("first_gone"),
        F.min(F.when(F.col("problem").isNotNull(), F.struct(start, *SERIES, "problem"))).alias("first_broken"),
        F.min(F.when(beyond, F.struct(start, *SERIES))).alias("overflow"),
    ).collect()
    return Tally(
        counts={(row.unit, row.fate): row.rows for row in found},
        trades=sum(row.trades or 0 for row in found),
        strangers=sum(row.strangers for row in found),
        broken=sum(row.broken for row in found),
        first_gone=min((row.first_gone for row in found if row.first_gone is not None), default=None),
        first_broken=min((row.first_broken for row in found if row.first_broken), default=None),
        overflow=min((row.overflow for row in found if row.overflow), default=None),
    )


def foreign(*, adopting: bool) -> Column:
    """Whether a candle may be a stranger's: all are while a table is adopted; later ours are known by quote_volume."""
    return F.lit(True) if adopting else F.col("quote_volume").isNull()


def all_kept(revision: DataFrame) -> DataFrame:
    """What is gone stays."""
    return revision.withColumn("fate", F.when(F.col("fate") == GONE, F.lit(KEPT)).otherwise(F.col("fate")))


def strangers_kept(revision: DataFrame, known: DataFrame | None, *, adopting: bool) -> DataFrame:
    """What a stranger wrote about series that the source has never heard of is not ours to judge: it stays.

    Args:
        revision: The revision.
        known: The series of the source; None where it is empty.
        adopting: See `foreign`.
    """
    stays = (F.col("fate") == GONE) & foreign(adopting=adopting)
    if known is None:
        return revision.withColumn("fate", F.when(stays, F.lit(KEPT)).otherwise(F.col("fate")))
    marked = revision.join(known.withColumn("known", F.lit(True)), on=[*SERIES], how="left")
    fate = F.when(stays & F.col("known").isNull(), F.lit(KEPT)).otherwise(F.col("fate"))
    return marked.withColumn("fate", fate).drop("known")

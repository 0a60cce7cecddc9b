"""Fold trades into sums that count each trade once: all rows are folded in one pass, then duplicates are subtracted.

Comparing 20 million ids costs several times as much as the fold itself. So the fold also collects a 64-bit hash of each
trade's identity per window. If no hash repeats, the sums are final and the trades were read once. If one does, the rows
behind it are read again: copies that agree in everything a candle takes from a trade are subtracted from the sums. Only
windows whose copies disagree, or whose sums overflow, are folded again without the duplicates.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import CANDLE_KEY, SUMS, Measure, Merge
from engines.domain.decimals import Scale
from engines.domain.identity import RANK, Identity
from engines.domain.invariants import NOTED, SIDE_UNKNOWN
from engines.spark.fold import COLUMNS, fold, measures
from engines.spark.trades import REASON
from engines.spark.types import sql_type

_HASH = "hash"
_REPEATED = "repeated"
_CONTESTED = "contested"

_TAKEN = ("timestamp", "nanosecond", "price", "quantity", "side", "bought", "source_sequence")
"""Columns that a candle takes from a trade besides its id: copies that agree in them are interchangeable."""
_ADDED = [measure for measure in SUMS if measure.merge is Merge.SUM]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctSums:
    """Sums of trades, each trade counted once.

    Attributes:
        trades_read: Number of rows read, invalid ones and duplicates included.
        rejected: Number of invalid rows by reason.
        sums: The sums of the valid trades, each counted once; columns as returned by `fold`, cached.
        noted: Number of valid rows that are worth a word, by what it is; see `Folded.noted`.
    """

    trades_read: int
    rejected: dict[str, int]
    sums: DataFrame
    noted: dict[str, int]

    @property
    def valid(self) -> int:
        """Number of valid rows, duplicates included."""
        return self.trades_read - sum(self.rejected.values())


@contextmanager
def folded(trades: DataFrame, scale: Scale, identity: Identity) -> Iterator[DistinctSums]:
    """Fold trades into sums; the cached frames are released on exit.

    Args:
        trades: The trades as returned by `trades_view`.
        scale: Scale of the candles that are made from them.
        identity: What a trade is told apart by.
    """
    windows = _windows(trades, scale, identity).cache()
    kept = [windows]
    try:
        counts = _counts(windows)
        sums = windows.filter(F.col(REASON).isNull())
        if any(row.repeats for row in counts.values()):
            valid = trades.filter(F.col(REASON).isNull())
            sums = _less(sums, _surplus(valid, windows, scale, identity), scale).cache()
            kept.append(sums)
            if sums.filter(_CONTESTED).count():
                again = valid.join(sums.filter(_CONTESTED), on=[*CANDLE_KEY], how="left_semi")
                anew = fold(_distinct(again, identity), scale, identity)
                sums = sums.filter(~F.col(_CONTESTED)).select(*COLUMNS).unionByName(anew).cache()
                kept.append(sums)
        yield DistinctSums(
            trades_read=sum(row.rows for row in counts.values()),
            rejected={reason: row.rows for reason, row in counts.items() if reason is not None},
            sums=sums.select(*COLUMNS),
            noted=_noted(counts),
        )
    finally:
        for frame in kept:
            frame.unpersist()


def _counts(windows: DataFrame) -> dict[str | None, Row]:
    """For each rejection reason (null: valid): ``rows``, ``repeats``, and what is noted of the rows."""
    noted = [name for name in (*NOTED, SIDE_UNKNOWN) if name in windows.columns]
    found = windows.groupBy(REASON).agg(
        F.sum("trade_count").alias("rows"),
        F.sum(F.size(_REPEATED)).alias("repeats"),
        *(F.sum(name).alias(name) for name in noted),
    )
    return {row[REASON]: row for row in found.collect()}


def _noted(counts: Mapping[str | None, Row]) -> dict[str, int]:
    valid = counts[None].asDict() if None in counts else {}
    return {name: valid[name] for name in (*NOTED, SIDE_UNKNOWN) if valid.get(name)}


def _windows(trades: DataFrame, scale: Scale, identity: Identity) -> DataFrame:
    """One row for each window and rejection reason: sums that include duplicates, and the hashes that repeat."""
    of_valid = F.when(F.col(REASON).isNull(), _hash(identity)) if identity.columns else F.lit(None).cast("bigint")
    hashes = F.sort_array(F.collect_list(of_valid)).alias("hashes")
    repeated = F.expr("filter(hashes, (hash, i) -> i > 0 AND hash = hashes[i - 1])")
    rounded = [F.count_if(name).alias(name) for name in NOTED if name in trades.columns]
    unknown = (F.count("side") - F.count("bought")).alias(SIDE_UNKNOWN)
    summed = trades.groupBy(*CANDLE_KEY, REASON).agg(hashes, unknown, *rounded, *measures(trades, scale, identity))
    return summed.withColumn(_REPEATED, repeated).drop("hashes")


def _surplus(valid: DataFrame, windows: DataFrame, scale: Scale, identity: Identity) -> DataFrame:
    """The sums of the surplus (all but one copy of each trade), and ``contested``: whether copies of a trade differ."""
    # Spark broadcasts the repeated hashes while they are few, and sorts both sides when they are not.
    suspects = windows.select(F.explode(_REPEATED).alias(_HASH)).distinct()
    rows = valid.withColumn(_HASH, _hash(identity)).join(suspects, on=_HASH, how="left_semi")
    key = tuple(dict.fromkeys((*identity.columns, "window_start")))
    taken = F.struct(*(name for name in _TAKEN if name not in key and name in valid.columns))
    trades = rows.groupBy(*key).agg(
        F.count(F.lit(1)).alias("rows"), F.min(taken).alias("least"), F.max(taken).alias("most")
    )
    differ = ~F.col("least").eqNullSafe(F.col("most"))
    again = F.explode(F.sequence(F.lit(2), F.col("rows").cast("int")))
    copies = trades.filter("rows > 1").select(*key, "least.*", differ.alias(_CONTESTED), again.alias("number"))
    taken_twice = measures(copies, scale, identity)
    return copies.groupBy(*CANDLE_KEY).agg(F.bool_or(_CONTESTED).alias(_CONTESTED), *taken_twice)


def _less(sums: DataFrame, surplus: DataFrame, scale: Scale) -> DataFrame:
    """Sums minus the surplus, and ``contested``: whether that is unreliable because copies differ or a sum overflows.

    Only windows with duplicates are contested. Highest, lowest, first and last do not change when copies that agree
    are removed. The surplus is negated by subtracting it from 0: Spark's unary minus of a decimal keeps only 34 digits.
    """
    beyond = reduce(or_, (F.col(measure.name).isNull() for measure in SUMS if measure.may_overflow))
    whole = sums.select(*COLUMNS, beyond.alias(_CONTESTED))
    less = surplus.select(
        *CANDLE_KEY,
        *(_withdrawn(measure, scale).alias(measure.name) for measure in SUMS),
        (F.col(_CONTESTED) | beyond).alias(_CONTESTED),
    )
    has_copies = F.count(F.lit(1)) > 1
    parts = whole.unionByName(less).groupBy(*CANDLE_KEY)
    return parts.agg(
        *((F.try_sum if measure in _ADDED else F.max)(measure.name).alias(measure.name) for measure in SUMS),
        (has_copies & F.bool_or(_CONTESTED)).alias(_CONTESTED),
    )


def _withdrawn(measure: Measure, scale: Scale) -> Column:
    """The surplus's value of a measure for the merge with the whole: negated for sums, null for all others."""
    none = F.lit(None).cast(sql_type(scale.type_of(measure.type)))
    return F.lit(0) - F.col(measure.name) if measure in _ADDED else none


def _distinct(trades: DataFrame, identity: Identity) -> DataFrame:
    """Valid trades without duplicates: of the copies of a trade, the greatest by `RANK`."""
    rest = [name for name in trades.columns if name not in identity.columns]
    winner = F.max_by(F.struct(*rest), F.struct(*(name for name in RANK if name in trades.columns))).alias("row")
    return trades.groupBy(*identity.columns).agg(winner).select(*identity.columns, "row.*")


def _hash(identity: Identity) -> Column:
    """The hash of a trade's identity, equal for its copies; a join on it compares integers instead of text."""
    return F.xxhash64(*identity.columns)

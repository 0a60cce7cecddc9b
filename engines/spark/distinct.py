"""Each trade once: copies are found by 64-bit hashes, and only suspects pay for comparing ids.

Shuffling 20 million ids to compare them costs several times the fold itself. So the hashes alone are brought together,
by window; where one appears twice, the rows behind it are compared exactly, and the others are left alone.
"""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.spark.trades import REASON, WINDOW

_HASH = "hash"
_REPEATED = "repeated"
_ROWS = "rows"

_IDENTITY = ("exchange", "symbol", "timestamp", "message_id")
_RANK = ("ingestion_timestamp", "platform_sequence", "price", "quantity", "side", "source_sequence")
"""Of copies the greatest by these counts, null being the least: as the oracle ranks them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Trades counted.

    Attributes:
        trades_read: All rows.
        rejected: Invalid ones, by reason.
        suspects: Valid rows whose hash was there before, at least as many as there are copies.
        windows: A row for each window and reason, with the repeated hashes; cached.
    """

    trades_read: int
    rejected: dict[str, int]
    suspects: int
    windows: DataFrame

    @property
    def valid(self) -> int:
        """Valid rows, copies among them."""
        return self.trades_read - sum(self.rejected.values())


def census(trades: DataFrame) -> Census:
    """Count trades, and look for hashes that repeat within a window.

    Args:
        trades: As `trades_view` makes them.
    """
    identity = F.when(F.col(REASON).isNull(), _hash())
    counted = trades.groupBy(*WINDOW, REASON).agg(
        F.count(F.lit(1)).alias(_ROWS),
        F.sort_array(F.collect_list(identity)).alias("hashes"),
    )
    repeats = F.expr("filter(hashes, (hash, i) -> i > 0 AND hash = hashes[i - 1])")
    windows = counted.select(*WINDOW, REASON, _ROWS, repeats.alias(_REPEATED)).cache()
    by_reason = windows.groupBy(REASON).agg(F.sum(_ROWS), F.sum(F.size(_REPEATED))).collect()
    return Census(
        trades_read=sum(rows for _, rows, _ in by_reason),
        rejected={reason: rows for reason, rows, _ in by_reason if reason is not None},
        suspects=sum(suspects for _, _, suspects in by_reason),
        windows=windows,
    )


def distinct(trades: DataFrame, counted: Census) -> DataFrame:
    """The valid trades, each once: of its copies the greatest by `_RANK`."""
    valid = trades.filter(F.col(REASON).isNull())
    if not counted.suspects:
        return valid
    hashed = valid.withColumn(_HASH, _hash())
    repeated = counted.windows.select(F.explode(_REPEATED).alias(_HASH)).distinct()
    # Spark broadcasts the repeated hashes while they are few, and sorts both sides when they are not.
    alone = hashed.join(repeated, on=_HASH, how="left_anti").drop(_HASH)
    together = hashed.join(repeated, on=_HASH, how="left_semi").drop(_HASH)
    rest = [name for name in valid.columns if name not in _IDENTITY]
    row = F.struct(*rest)
    winners = together.groupBy(*_IDENTITY).agg(F.max_by(row, F.struct(*_RANK)).alias("row"))
    return alone.unionByName(winners.select(*_IDENTITY, "row.*").select(*alone.columns))


def _hash() -> Column:
    """Equal for copies of a trade; one number, so that a join by it needs to look at no text."""
    return F.xxhash64(*_IDENTITY)

"""Candles against those expected, counted, and the first broken rows as a report shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.findings import MOST_EXAMPLES, Broken, broken_row, differing_row
from engines.domain.tables import CANDLE_KEY, CANDLE_MEASURES

_WRONG, _EXTRA, _MISSING = 1, 2, 3
_PROBLEMS = {
    _EXTRA: "extra: no valid trade makes this candle",
    _MISSING: "missing: the trades make this candle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Stored candles against expected ones.

    Attributes:
        checked: Candles on either side.
        broken: Those that differ, or are on one side only.
        examples: The first of them, at most `MOST_EXAMPLES`.
    """

    checked: int
    broken: int
    examples: tuple[Broken, ...]


def compared(stored: DataFrame, expected: DataFrame, *, how: str) -> Comparison:
    """Hold candles against expected ones, measure by measure.

    Args:
        stored: Candles with all our columns.
        expected: Candles without stamps.
        how: ``inner`` compares what both have; ``full_outer`` tells what one side lacks, too.
    """
    same_key = [F.col(f"stored.{name}") == F.col(f"expected.{name}") for name in CANDLE_KEY]
    both = stored.alias("stored").join(expected.alias("expected"), on=same_key, how=how)
    marked = both.select(
        F.struct("stored.*").alias("stored"), F.struct("expected.*").alias("expected"), _kind().alias("kind")
    )
    counts = {row.kind: row.rows for row in marked.groupBy("kind").agg(F.count(F.lit(1)).alias("rows")).collect()}
    broken = sum(rows for kind, rows in counts.items() if kind)
    examples = _examples(marked) if broken else ()
    return Comparison(checked=sum(counts.values()), broken=broken, examples=examples)


def _kind() -> Column:
    """0 where the two are equal."""
    equal = reduce(and_, (F.col(f"stored.{n}").eqNullSafe(F.col(f"expected.{n}")) for n in CANDLE_MEASURES))
    missing, extra = F.col("stored.symbol").isNull(), F.col("expected.symbol").isNull()
    return F.when(missing, _MISSING).when(extra, _EXTRA).when(equal, 0).otherwise(_WRONG)


def _examples(marked: DataFrame) -> tuple[Broken, ...]:
    start = F.coalesce("stored.window_start", "expected.window_start")
    series = [F.coalesce(f"stored.{name}", f"expected.{name}") for name in CANDLE_KEY[:2]]
    first = marked.filter("kind > 0").orderBy("kind", *series, start).limit(MOST_EXAMPLES)
    return tuple(_example(row) for row in first.toArrow().to_pylist())


def _example(row: Mapping[str, Any]) -> Broken:
    if row["kind"] == _WRONG:
        return differing_row(row["stored"], row["expected"])
    return broken_row(row["stored" if row["kind"] == _EXTRA else "expected"], _PROBLEMS[row["kind"]])


def examples_of(rows: DataFrame, problem: str) -> tuple[Broken, ...]:
    """The first of candles that share a problem."""
    first = rows.orderBy(*CANDLE_KEY).limit(MOST_EXAMPLES).toArrow()
    ours = [name for name in first.column_names if name not in ("start_us", "end_us", "date_days")]
    return tuple(broken_row(row, problem) for row in first.select(ours).to_pylist())

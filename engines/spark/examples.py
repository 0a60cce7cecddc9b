"""Comparison of stored candles with expected ones: counts, and the first broken rows as examples for a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import CANDLE_KEY, CANDLE_MEASURES
from engines.domain.findings import MOST_EXAMPLES, Broken, broken_row, differing_row
from engines.domain.invariants import NO_MERGE, NO_MINUTES

_EQUAL, _WRONG, _EXTRA, _MISSING, _NEVER = range(5)
_PROBLEMS = {
    _EXTRA: "extra: no valid trade makes this candle",
    _MISSING: "missing: the trades make this candle",
    _NEVER: "no candle can hold what its 1m candles add up to",
}
_OF_MERGES = {**_PROBLEMS, _EXTRA: NO_MINUTES, _MISSING: NO_MERGE}

FITS = "fits"
"""Optional column of expected candles: whether the sums fit a candle. Without the column all of them do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The result of comparing stored candles with expected ones.

    Attributes:
        checked: Number of candles compared; a candle of both sides counts once.
        broken: Number of candles that differ, are on one side only, or are expected to be impossible.
        examples: The first of the broken candles, at most `MOST_EXAMPLES`.
    """

    checked: int
    broken: int
    examples: tuple[Broken, ...]


def compared(pairs: Sequence[tuple[DataFrame, DataFrame]], *, merges: bool = False) -> list[Comparison]:
    """Compare stored candles with expected ones, measure by measure; one job counts all pairs.

    Args:
        pairs: Stored candles with all our columns, and expected candles, which need no created_at and updated_at.
        merges: Whether the expected ones are merges of stored 1m candles: those of other writers, which have no
            quote_volume, may be on one side only.
    """
    marked = [_marked(stored, expected, merges=merges) for stored, expected in pairs]
    kinds = (one.select(F.lit(number).alias("pair"), "kind") for number, one in enumerate(marked))
    together = reduce(DataFrame.unionByName, kinds).groupBy("pair", "kind").agg(F.count(F.lit(1)).alias("rows"))
    counts = {(row.pair, row.kind): row.rows for row in together.collect()}
    return [
        _comparison(one, {k: n for (p, k), n in counts.items() if p == number}, _OF_MERGES if merges else _PROBLEMS)
        for number, one in enumerate(marked)
    ]


def _marked(stored: DataFrame, expected: DataFrame, *, merges: bool) -> DataFrame:
    """Join both sides as structs, and mark each row with the kind of its difference."""
    same_key = [F.col(f"stored.{name}") == F.col(f"expected.{name}") for name in CANDLE_KEY]
    both = stored.alias("stored").join(expected.alias("expected"), on=same_key, how="full_outer")
    if merges:
        theirs = F.col("expected.symbol").isNull() & F.col("stored.quote_volume").isNull()
        both = both.filter(~theirs & ~(F.col("stored.symbol").isNull() & ~F.col(f"expected.{FITS}")))
    equal = reduce(and_, (F.col(f"stored.{n}").eqNullSafe(F.col(f"expected.{n}")) for n in CANDLE_MEASURES))
    never = ~F.col(f"expected.{FITS}") if FITS in expected.columns else F.lit(False)
    kind = (
        F.when(F.col("stored.symbol").isNull(), _MISSING)
        .when(F.col("expected.symbol").isNull(), _EXTRA)
        .when(never, _NEVER)
        .when(equal, _EQUAL)
        .otherwise(_WRONG)
    )
    sides = (F.struct(f"{side}.*").alias(side) for side in ("stored", "expected"))
    return both.select(*sides, kind.alias("kind"))


def _comparison(marked: DataFrame, counts: Mapping[int, int], problems: Mapping[int, str]) -> Comparison:
    broken = sum(rows for kind, rows in counts.items() if kind)
    examples = _examples(marked, problems) if broken else ()
    return Comparison(checked=sum(counts.values()), broken=broken, examples=examples)


def _examples(marked: DataFrame, problems: Mapping[int, str]) -> tuple[Broken, ...]:
    key = [F.coalesce(f"stored.{name}", f"expected.{name}") for name in CANDLE_KEY]
    first = marked.filter("kind > 0").orderBy("kind", *key).limit(MOST_EXAMPLES)
    return tuple(_example(row, problems) for row in first.toArrow().to_pylist())


def _example(row: Mapping[str, Any], problems: Mapping[int, str]) -> Broken:
    if row["kind"] == _WRONG:
        return differing_row(row["stored"], row["expected"])
    return broken_row(row["expected" if row["kind"] == _MISSING else "stored"], problems[row["kind"]])


def examples_of(rows: DataFrame, problem: str) -> tuple[Broken, ...]:
    """The first rows of candles that share a problem, as examples."""
    first = rows.orderBy(*CANDLE_KEY).limit(MOST_EXAMPLES).toArrow()
    ours = [name for name in first.column_names if name not in ("start_us", "end_us", "date_days")]
    return tuple(broken_row(row, problem) for row in first.select(ours).to_pylist())

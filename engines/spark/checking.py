"""Validation of a candle table: the row invariants, and its candles against the roll-up of the 1m candles."""

from dataclasses import dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.base import Observer
from engines.domain.candle import CANDLE_KEY
from engines.domain.findings import Finding
from engines.domain.invariants import ROLLUP, UNIQUE, row_invariants
from engines.spark.audit import breaks, with_instants
from engines.spark.examples import FITS, compared, examples_of
from engines.spark.rollup import rollup, to_candles, to_sums
from engines.spark.scan import scan_candles
from engines.work import Examination, Rows


@dataclass(frozen=True, slots=True)
class Checking:
    """The validation of one candle table.

    Attributes:
        spark: The session.
        catalog: Name of the catalog.
        work: The candles to check, and the 1m candles to compare them with.
        observer: Receives progress.
    """

    spark: SparkSession
    catalog: str
    work: Examination
    observer: Observer

    def run(self) -> tuple[Finding, ...]:
        """Check every row invariant and, where 1m candles are given, the roll-up."""
        work = self.work
        name = f"{work.timeframe} candles"
        self.observer.started(name, sum(file.rows for file in work.rows.within(work.intervals)))
        findings = self._rows()
        if work.finest is not None:
            findings = (*findings, self._rollup(work.finest))
        self.observer.finished(name)
        return findings

    def _rows(self) -> tuple[Finding, ...]:
        """Check the row invariants and the uniqueness of keys; one job counts all violations."""
        invariants = row_invariants(self.work.timeframe)
        rows = with_instants(scan_candles(self.spark, self.catalog, self.work.rows, self.work.intervals))
        broken = [F.count_if(breaks(invariant)).alias(invariant.name) for invariant in invariants]
        by_key = rows.groupBy(*CANDLE_KEY).agg(F.count(F.lit(1)).alias("rows"), *broken)
        repeated = F.when(F.col("rows") > 1, F.col("rows"))
        sums = [F.col("rows"), *(F.col(invariant.name) for invariant in invariants), repeated]
        total, *counts = (n or 0 for n in by_key.agg(*(F.sum(column) for column in sums)).collect()[0])
        self.observer.advanced(f"{self.work.timeframe} candles", total)
        twice = by_key.filter("rows > 1").select(*CANDLE_KEY)
        same_key = [F.col(f"row.{name}").eqNullSafe(F.col(f"key.{name}")) for name in CANDLE_KEY]
        of = [
            *(rows.filter(breaks(invariant)) for invariant in invariants),
            rows.alias("row").join(twice.alias("key"), on=same_key, how="left_semi"),
        ]
        return tuple(
            Finding(
                invariant=invariant.name,
                sentence=invariant.sentence,
                checked=total,
                broken=count,
                examples=examples_of(wrong, invariant.sentence) if count else (),
            )
            for invariant, count, wrong in zip((*invariants, UNIQUE), counts, of, strict=True)
        )

    def _rollup(self, finest: Rows) -> Finding:
        """Compare candles with the roll-up of the 1m candles, both ways, in comparable windows."""
        work, timeframe, whole = self.work, self.work.timeframe, self.work.whole_windows
        if not whole or not (finest.within(whole) or work.rows.within(whole)):
            return Finding(invariant=ROLLUP.name, sentence=ROLLUP.sentence, checked=0)
        sums = rollup(to_sums(scan_candles(self.spark, self.catalog, finest, whole)), timeframe)
        expected = to_candles(sums, timeframe, work.rows.scale, FITS)
        stored = scan_candles(self.spark, self.catalog, work.rows, whole)
        result = compared([(stored, expected)], merges=True)[0]
        return Finding(
            invariant=ROLLUP.name,
            sentence=ROLLUP.sentence,
            checked=result.checked,
            broken=result.broken,
            examples=result.examples,
        )

"""Validation of candles: against the invariants of rows, and coarser ones against the 1m candles."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.findings import MOST_EXAMPLES, Finding
from engines.domain.interval import Intervals
from engines.domain.invariants import ROLLUP, UNIQUE, row_invariants
from engines.domain.requests import Observer
from engines.domain.tables import CANDLE_KEY
from engines.domain.timeframe import Timeframe
from engines.iceberg.rows import Rows
from engines.spark.audit import breaks, with_instants
from engines.spark.examples import compared, examples_of
from engines.spark.rollup import fits, rollup, to_candles, to_sums
from engines.spark.scan import scan_candles
from engines.validation.work import Check


@dataclass(frozen=True, slots=True)
class Checking:
    """One table of a validation.

    Attributes:
        spark: The session.
        catalog: Name of the catalog.
        work: What is to be checked.
        observer: Hears how far it is.
    """

    spark: SparkSession
    catalog: str
    work: Check
    observer: Observer

    def run(self) -> tuple[Finding, ...]:
        """Every invariant of rows, and the roll-up where there are 1m candles."""
        work = self.work
        name = f"{work.timeframe} candles"
        self.observer.started(name, sum(file.rows for file in work.rows.within(work.intervals)))
        findings = self._rows()
        if work.finest is not None:
            findings = (*findings, self._rollup(work.finest))
        self.observer.finished(name)
        return findings

    def _rows(self) -> tuple[Finding, ...]:
        invariants = row_invariants(self.work.timeframe)
        rows = with_instants(scan_candles(self.spark, self.catalog, self.work.rows, self.work.intervals))
        total, *broken = rows.agg(
            F.count(F.lit(1)), *(F.count_if(breaks(invariant)) for invariant in invariants)
        ).collect()[0]
        findings = []
        for invariant, count in zip(invariants, broken, strict=True):
            examples = examples_of(rows.filter(breaks(invariant)), invariant.sentence) if count else []
            findings.append(
                Finding(
                    invariant=invariant.name,
                    sentence=invariant.sentence,
                    checked=total,
                    broken=count,
                    examples=tuple(examples),
                )
            )
        self.observer.advanced(f"{self.work.timeframe} candles", total)
        return (*findings, self._unique(rows, total))

    def _unique(self, rows: DataFrame, total: int) -> Finding:
        repeated = rows.groupBy(*CANDLE_KEY).agg(F.count(F.lit(1)).alias("copies")).filter("copies > 1")
        broken = repeated.agg(F.sum("copies")).collect()[0][0] or 0
        same_key = [F.col(f"row.{name}").eqNullSafe(F.col(f"key.{name}")) for name in CANDLE_KEY]
        both = rows.alias("row").join(repeated.alias("key"), on=same_key, how="left_semi")
        return Finding(
            invariant=UNIQUE.name,
            sentence=UNIQUE.sentence,
            checked=total,
            broken=broken,
            examples=tuple(examples_of(both, UNIQUE.sentence)) if broken else (),
        )

    def _rollup(self, finest: Rows) -> Finding:
        """Where both have candles in comparable windows, the coarser must be the merge of the finer."""
        timeframe, work = self.work.timeframe, self.work
        whole = _whole_windows(work.intervals & work.comparable, timeframe)
        if not whole or not finest.within(whole):
            return Finding(invariant=ROLLUP.name, sentence=ROLLUP.sentence, checked=0)
        sums = rollup(to_sums(scan_candles(self.spark, self.catalog, finest, whole)), timeframe)
        stored = scan_candles(self.spark, self.catalog, work.rows, whole)
        merged = to_candles(sums.filter(fits()), timeframe)
        result = compared(stored, merged, how="inner")
        beyond = sums.filter(~fits()).select(*_key())
        never = stored.join(beyond, on=[*CANDLE_KEY], how="left_semi")
        lost = never.count()
        return Finding(
            invariant=ROLLUP.name,
            sentence=ROLLUP.sentence,
            checked=result.checked + lost,
            broken=result.broken + lost,
            examples=(
                *result.examples,
                *(examples_of(never, "no candle can hold what its 1m candles add up to") if lost else ()),
            )[:MOST_EXAMPLES],
        )


def _whole_windows(intervals: Intervals, timeframe: Timeframe) -> Intervals:
    """Only windows that lie wholly within what is comparable can be compared."""
    return Intervals.of((timeframe.ceil(r.start), timeframe.floor(r.end)) for r in intervals)


def _key() -> list[Column]:
    *series, start = CANDLE_KEY
    return [*(F.col(name) for name in series), F.timestamp_micros(F.col(start)).alias(start)]

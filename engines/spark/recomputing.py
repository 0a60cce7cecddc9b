"""Validation against the trades: every table is compared with one fold of the trades that it claims to equal."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.base import Observer
from engines.domain.findings import Finding, SourceFindings, row_texts
from engines.domain.invariants import AGAINST_TRADES
from engines.domain.results import rejections
from engines.domain.timeframe import FINEST
from engines.spark.distinct import DistinctSums, folded
from engines.spark.examples import compared
from engines.spark.fold import no_sums
from engines.spark.rollup import rollup, to_candles
from engines.spark.scan import scan_candles, within
from engines.spark.trades import samples, trades_view
from engines.work import Claim, Recomputation, Recomputed, TradeRows


@dataclass(frozen=True, slots=True)
class Recomputing:
    """The validation of tables that claim to equal the same trades.

    Attributes:
        spark: The session.
        catalog: Name of the catalog.
        work: The trades and the claims.
        observer: Receives progress.
    """

    spark: SparkSession
    catalog: str
    work: Recomputation
    observer: Observer

    def run(self) -> Recomputed:
        """Fold the trades once and compare every table with the result."""
        rows = self.work.trades
        times = self.work.times
        files = [] if rows is None else rows.within(times)
        self.observer.started("trades", sum(file.rows for file in files))
        if rows is None or not files:
            snapshot_id = None if rows is None else rows.snapshot_id
            nothing = SourceFindings(snapshot_id=snapshot_id, trades_read=0, duplicates=0, rejected=(), samples=())
            return self._compared(no_sums(self.spark, self.work.scale), nothing)
        trades = trades_view(self.spark, self.catalog, rows, times)
        try:
            with folded(trades, rows.scale, rows.identity) as counted:
                kept = counted.sums.agg(F.coalesce(F.sum("trade_count"), F.lit(0))).collect()[0][0]
                self.observer.advanced("trades", counted.trades_read)
                return self._compared(counted.sums, _source(rows, counted, kept, trades))
        finally:
            self.observer.finished("trades")

    def _compared(self, sums: DataFrame, source: SourceFindings) -> Recomputed:
        claims = self.work.claims
        results = compared([self._sides(claim, sums) for claim in claims]) if claims else []
        findings = (
            Finding(
                invariant=AGAINST_TRADES.name,
                sentence=AGAINST_TRADES.sentence,
                checked=result.checked,
                broken=result.broken,
                examples=result.examples,
            )
            for result in results
        )
        return Recomputed(findings=tuple(findings), source=source)

    def _sides(self, claim: Claim, sums: DataFrame) -> tuple[DataFrame, DataFrame]:
        """The stored candles of a table, and the expected ones."""
        merged = sums if claim.timeframe == FINEST else rollup(sums, claim.timeframe)
        due = merged.filter(within("window_start", claim.intervals, timestamps=False))
        expected = to_candles(due, claim.timeframe, self.work.scale)
        if claim.rows is None or not claim.rows.within(claim.intervals):
            return expected.limit(0), expected
        return scan_candles(self.spark, self.catalog, claim.rows, claim.intervals), expected


def _source(rows: TradeRows, counted: DistinctSums, kept: int, trades: DataFrame) -> SourceFindings:
    shown = samples(trades) if counted.rejected else []
    return SourceFindings(
        snapshot_id=rows.snapshot_id,
        trades_read=counted.trades_read,
        duplicates=counted.valid - kept,
        rejected=rejections(counted.rejected),
        samples=tuple(row_texts(row) for row in shown),
        noted=rejections(counted.noted),
    )

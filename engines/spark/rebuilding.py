"""The rebuild of one candle table: fold or roll up, revise, audit, stage, publish once. No row reaches the driver."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.base import Observer
from engines.domain.batches import units_to_rewrite
from engines.domain.candle import CANDLE_KEY, SERIES, SUMS
from engines.domain.interval import Interval, Intervals
from engines.domain.losses import RemovedTrades, earliest, first_left
from engines.domain.results import rejections
from engines.domain.tables import units_at
from engines.domain.timeframe import FINEST, Timeframe, isoformat
from engines.iceberg import StagedFiles, Tables, publish, spanned_files
from engines.refusals import broken_candles, lost_trades, overflow, refuse_inexact
from engines.spark.distinct import DistinctSums, folded
from engines.spark.fold import no_sums
from engines.spark.outcomes import GONE, NEW, STAYING, RevisionCounts, all_kept, counted_outcomes, foreign_kept
from engines.spark.revision import revise
from engines.spark.rollup import rollup, to_candles, to_sums
from engines.spark.scan import scan, scan_candles
from engines.spark.staging import appending
from engines.spark.trades import samples, trades_view
from engines.work import Rebuild, Rebuilt, Rows, TradeRows


@dataclass
class Rebuilding:
    """The rebuild of one candle table.

    Attributes:
        spark: The session.
        tables: The tables of the catalog.
        work: The table, the plan of its intervals, and the rows to compute them from.
        observer: Receives progress.
    """

    spark: SparkSession
    tables: Tables
    work: Rebuild
    observer: Observer
    _cached: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.catalog = self.tables.config.name
        self.table = self.work.target.table
        self.timeframe: Timeframe = self.work.plan.timeframe
        self.old = spanned_files(self.table, self.work.target.head, "window_start")

    def run(self) -> Rebuilt:
        """Rebuild the table. Raises as `Engine.rebuild`."""
        with self._cached:
            return self._run()

    def _kept(self, frame: DataFrame) -> DataFrame:
        """Cache a frame until the end of the run."""
        self._cached.callback(frame.unpersist)
        return frame.cache()

    def _run(self) -> Rebuilt:
        trades, sums = self._sums()
        new = to_candles(sums, self.timeframe, self.work.scale)
        units, forced = units_to_rewrite(self.timeframe, self.work.plan.intervals, [span for span, _ in self.old])
        revision, counts = self._settled(self._revision(new, units))
        self._ask(counts, Intervals.of(units))
        self._audit(counts)
        snapshot_id, size = self._publish(revision, counts, forced)
        rows = self.work.rows
        read = [] if rows is None else rows.within(self.work.plan.intervals)
        return Rebuilt(
            snapshot_id=snapshot_id,
            candles_written=counts.count(NEW),
            candles_removed=counts.count(GONE),
            trades_read=0 if trades is None else trades.trades_read,
            duplicates=0 if trades is None else trades.valid - counts.trades,
            rejected=() if trades is None else rejections(trades.rejected),
            noted=() if trades is None else rejections(trades.noted),
            data_files_read=len(read),
            bytes_read=sum(file.bytes for file in read),
            bytes_written=size,
        )

    def _sums(self) -> tuple[DistinctSums | None, DataFrame]:
        """The sums of the plan's intervals: folded from trades, with the counts of these, or merged from candles."""
        rows, intervals = self.work.rows, self.work.plan.intervals
        if rows is None or not rows.within(intervals):
            return None, no_sums(self.spark, self.work.scale)
        if not isinstance(rows, TradeRows):
            return None, rollup(to_sums(scan_candles(self.spark, self.catalog, rows, intervals)), self.timeframe)
        view = trades_view(self.spark, self.catalog, rows, intervals)
        trades = self._cached.enter_context(folded(view, rows.scale, rows.identity))
        refuse_inexact(
            ".".join(rows.table.name()), rows.reading.inexact, rows.scale, trades.rejected, lambda: samples(view)
        )
        self.observer.advanced(self.timeframe.name, trades.trades_read)
        return trades, trades.sums if self.timeframe == FINEST else rollup(trades.sums, self.timeframe)

    def _revision(self, new: DataFrame, units: Sequence[Interval]) -> DataFrame:
        """Compare the new candles with all rows that the table has in the units (see `revise`)."""
        cover, head = Intervals.of(units), self.work.target.head
        files = tuple(span for span, _ in self.old if cover.overlaps(span.interval.start, span.interval.end))
        old = None
        if head is not None and files:
            rows = Rows(table=self.table, snapshot_id=head.snapshot_id, files=files)
            old = scan_candles(self.spark, self.catalog, rows, cover, whole=True)
        return revise(old, new, intervals=self.work.plan.intervals, timeframe=self.timeframe, now=self.work.now)

    def _settled(self, revision: DataFrame) -> tuple[DataFrame, RevisionCounts]:
        """Decide which candles without trades stay; return the revision and its counts."""
        revision = self._kept(revision)
        counts = counted_outcomes(revision, self.work)
        keep, adopting = self.work.removed is RemovedTrades.KEEP, self.work.adopting
        if keep and not adopting and counts.count(GONE):
            revision = all_kept(revision, self.work.plan.removals.declared)
        elif counts.foreign:
            revision = foreign_kept(revision, self._known_series(), adopting=adopting)
        else:
            return revision, counts
        revision = self._kept(revision)
        return revision, counted_outcomes(revision, self.work)

    def _known_series(self) -> DataFrame | None:
        """The series of the source; None where it is empty."""
        trades = self.work.trades
        if trades is None:
            return None
        return scan(self.spark, self.catalog, trades, column="timestamp", intervals=None, columns=SERIES).distinct()

    def _ask(self, counts: RevisionCounts, units: Intervals) -> None:
        """Refuse to go on if the user must say whether candles without trades are to go."""
        left = first_left((span for span, _ in self.old), units, self.work.frozen_until)
        loss = replace(counts.loss, first_left=earliest(counts.loss.first_left, left))
        question = loss.question(self.work.removed, self.work.removed_limit)
        if question is not None and not self.work.adopting:
            raise lost_trades(".".join(self.table.name()), loss, question, limit=self.work.removed_limit)

    def _audit(self, counts: RevisionCounts) -> None:
        beyond, wrong = counts.overflow, counts.first_broken
        if beyond is not None:
            unfit = [measure for measure in SUMS if measure.may_overflow and beyond[measure.name]]
            window = {name: beyond[name] for name in CANDLE_KEY}
            raise overflow(self.timeframe, self.work.scale, unfit, **window)
        if wrong is not None:
            first = f"{wrong.exchange} {wrong.symbol} {isoformat(wrong.window_start)}"
            raise broken_candles(self.timeframe, counts.broken, wrong.problem, first)

    def _publish(self, revision: DataFrame, counts: RevisionCounts, forced: frozenset[int]) -> tuple[int, int]:
        """Stage the changed units and replace their old files; return the snapshot's id and the bytes written."""
        units = counts.touched | forced
        rewritten = units_at(self.timeframe, units)
        removed = [f for span, f in self.old if rewritten.overlaps(span.interval.start, span.interval.end)]
        staged = StagedFiles(self.tables, self.table, self.work.run_id)
        if expected := counts.rows_in(units):
            rows = revision.filter(F.col("unit").isin(*units) & F.col("outcome").isin(*STAYING))
            staged.write(appending(self.spark, self.catalog, rows), expected=expected)
        snapshot_id = publish(self.tables, removed=removed, writer=staged, summary=self.work.summary)
        return snapshot_id, staged.bytes_written

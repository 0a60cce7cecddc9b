"""Rebuild of one candle table: folds or rolls up batch by batch, audits, and publishes once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import cast

import polars as pl
import pyarrow as pa
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from engines.base import Observer
from engines.domain.batches import Batch, batches, units_to_rewrite
from engines.domain.candle import CANDLE_KEY, SERIES, SUMS
from engines.domain.decimals import Scale
from engines.domain.interval import Intervals
from engines.domain.losses import Loss, RemovedTrades, earliest, first_left
from engines.domain.tables import units_at
from engines.domain.timeframe import FINEST, Timeframe
from engines.embedded.audit import broken
from engines.embedded.candles import no_candles, read_candles, to_arrow, to_frame, within
from engines.embedded.reader import Reader, TradesRead
from engines.embedded.revision import Revision, revise
from engines.embedded.rollup import MERGED, rollup, to_candles, to_sums
from engines.embedded.sums import NO_SUMS, sums_frame
from engines.iceberg.catalog import Tables
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import spanned_files
from engines.iceberg.publication import publish
from engines.refusals import broken_candles, lost_trades, overflow, refuse_inexact
from engines.work import Held, Rebuild, Rebuilt, Rows, TradeRows


class Rebuilding:
    """One rebuild of one candle table: processes its batches and accumulates their results."""

    def __init__(self, reader: Reader, work: Rebuild, observer: Observer) -> None:
        self.reader = reader
        self.work = work
        self.observer = observer
        self.timeframe: Timeframe = work.plan.timeframe
        self.table: Table = work.target.table
        self.facts = TradesRead()
        self.candles_written = 0
        self.candles_removed = 0
        self.loss = Loss()
        self.writer = DataFileWriter(self.table)
        self.old = spanned_files(self.table, work.target.head, "window_start")
        self.removed: dict[str, DataFile] = {}
        self.held = _Holding(reader.config.limits.held if self.timeframe == FINEST else 0)

    def run(self, tables: Tables) -> Rebuilt:
        """Run the rebuild; the errors are those of `Engine.rebuild`."""
        plan = self.work.plan
        units, forced = units_to_rewrite(self.timeframe, plan.intervals, [span for span, _ in self.old])
        files = self.work.rows.files if self.work.rows is not None else ()
        try:
            for batch in batches(units, plan.intervals, files, self.reader.config.limits.rebuilt):
                self._rebuild_batch(batch, forced)
            self._ask(Intervals.of(units))
        except BaseException:
            self.writer.discard()
            raise
        snapshot_id = publish(
            tables, removed=tuple(self.removed.values()), writer=self.writer, summary=self.work.summary
        )
        read = self.work.rows.within(plan.intervals) if self.work.rows is not None else []
        return Rebuilt(
            snapshot_id=snapshot_id,
            candles_written=self.candles_written,
            candles_removed=self.candles_removed,
            trades_read=self.facts.trades_read,
            duplicates=self.facts.duplicates,
            rejected=self.facts.rejected,
            noted=self.facts.noted,
            data_files_read=len(read),
            bytes_read=sum(f.bytes for f in read),
            bytes_written=self.writer.bytes_written,
            held=self.held.of(self.writer.written),
        )

    def _rebuild_batch(self, batch: Batch, forced: frozenset[int]) -> None:
        new = self._audited(self._candles(batch))
        inside = Intervals((batch.span,))
        revision = revise(
            self._old_rows(inside),
            new,
            intervals=batch.intervals,
            timeframe=self.timeframe,
            forced=frozenset(unit for unit in forced if unit in inside),
            keep=self._keep,
            now=self.work.now,
        )
        self.candles_written += revision.written
        self.candles_removed += revision.gone.height
        self.loss += self._loss(revision)
        rows = to_arrow(revision.rows)
        self.writer.write(rows)
        self.held.add(rows)
        rewritten = units_at(self.timeframe, revision.units)
        self.removed.update(
            {span.path: file for span, file in self.old if rewritten.overlaps(span.interval.start, span.interval.end)}
        )

    def _keep(self, gone: pl.DataFrame) -> pl.DataFrame:
        """The candles that stay although they no longer have trades, as the request demands."""
        if self.work.removed is RemovedTrades.KEEP and not self.work.adopting:
            return gone.filter(~within(pl.col("window_start"), self.work.plan.removals.declared))
        # Foreign candles of series that the source does not have must stay. Candles of ours always have a quote_volume.
        foreign = gone if self.work.adopting else gone.filter(pl.col("quote_volume").is_null())
        if not foreign.is_empty() and self._known_series is not None:
            foreign = foreign.join(self._known_series, on=SERIES, how="anti")
        return foreign

    def _loss(self, revision: Revision) -> Loss:
        """The candles that a batch loses, without those whose trades we have removed ourselves."""
        start, removals = pl.col("window_start"), self.work.plan.removals
        lost = revision.gone.filter(~within(start, removals.declared))
        return Loss(
            candles=lost.height,
            first=_first(lost),
            first_lost=_first(lost.filter(within(start, removals.times))),
            first_left=_first(revision.left.filter(start.to_physical() >= self.work.frozen_until)),
        )

    def _ask(self, units: Intervals) -> None:
        """Refuse to go on if the user must say whether candles without trades are to go."""
        left = first_left((span for span, _ in self.old), units, self.work.frozen_until)
        loss = replace(self.loss, first_left=earliest(self.loss.first_left, left))
        question = loss.question(self.work.removed, self.work.removed_limit)
        if question is not None and not self.work.adopting:
            raise lost_trades(".".join(self.table.name()), loss, question, limit=self.work.removed_limit)

    @cached_property
    def _known_series(self) -> pl.DataFrame | None:
        """The series of the source; None if it is empty."""
        trades = self.work.trades
        return None if trades is None else to_frame(self.reader.series(trades)).select(SERIES).unique()

    def _candles(self, batch: Batch) -> pl.DataFrame:
        """Compute the candles of a batch from scratch, from trades or from the finest candles."""
        rows = self.work.rows
        sums = [NO_SUMS] if rows is None else [s for part in batch.slices for s in self._sums(rows, part)]
        merged = pl.concat(sums)
        if self.timeframe != FINEST:
            merged = rollup(merged.lazy(), self.timeframe).collect()
        _refuse_overflow(merged, self.timeframe, self.work.scale)
        return to_candles(merged.lazy(), self.timeframe, self.work.scale).collect()

    def _sums(self, rows: Rows, part: Intervals) -> Iterator[pl.DataFrame]:
        if not rows.within(part):
            yield NO_SUMS
        elif isinstance(rows, TradeRows):
            folded = self.reader.fold(rows, part)
            name, inexact = ".".join(rows.table.name()), rows.reading.inexact
            refuse_inexact(name, inexact, rows.scale, folded.rejected, partial(_rows_of, folded.samples))
            self.facts.add(folded)
            self.observer.advanced(self.timeframe.name, folded.trades_read)
            yield sums_frame(folded.sums, rows.scale)
        else:
            found = to_sums(read_candles(self.reader, rows, part, MERGED).lazy()).collect()
            self.observer.advanced(self.timeframe.name, found.height)
            yield found.select(NO_SUMS.columns)

    def _old_rows(self, inside: Intervals) -> pl.DataFrame:
        head = self.work.target.head
        files = tuple(s for s, _ in self.old if inside.overlaps(s.interval.start, s.interval.end))
        if head is None or not files:
            return no_candles(self.work.scale)
        rows = Rows(table=self.table, snapshot_id=head.snapshot_id, files=files)
        return read_candles(self.reader, rows, inside)

    def _audited(self, candles: pl.DataFrame) -> pl.DataFrame:
        wrong = broken(candles.lazy(), self.timeframe).collect()
        if not wrong.is_empty():
            row = wrong.row(0, named=True)
            first = f"{row['exchange']} {row['symbol']} {row['window_start']}"
            raise broken_candles(self.timeframe, wrong.height, row["invariant"], first)
        return candles


class _Holding:
    """Collects the rows that are written, and lets go of all as soon as they are too many.

    Args:
        most: Number of rows that may be held.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[pa.Table] | None = []

    def add(self, rows: pa.Table) -> None:
        """Hold rows that have been written, too."""
        if self._parts is None:
            return
        self._parts.append(rows.select(MERGED))
        if sum(part.num_rows for part in self._parts) > self._most:
            self._parts = None

    def of(self, written: Sequence[DataFile]) -> Held | None:
        """The rows of the files into which they were written; None if they were too many."""
        if not self._parts:
            return None
        return Held(paths=frozenset(file.file_path for file in written), rows=pa.concat_tables(self._parts))


def _first(candles: pl.DataFrame) -> int | None:
    """Start of the earliest window, microseconds; None if there is no candle."""
    return cast("int | None", candles["window_start"].to_physical().min())


def _refuse_overflow(sums: pl.DataFrame, timeframe: Timeframe, scale: Scale) -> None:
    may = [measure for measure in SUMS if measure.may_overflow]
    beyond = sums.filter(pl.any_horizontal(pl.col(measure.name).is_null() for measure in may))
    if not beyond.is_empty():
        row = beyond.row(0, named=True)
        unfit = [measure for measure in may if row[measure.name] is None]
        window = {name: row[name] for name in CANDLE_KEY}
        raise overflow(timeframe, scale, unfit, **window)


def _rows_of(samples: pa.Table | None) -> list[dict[str, object]]:
    return [] if samples is None else to_frame(samples).to_dicts()

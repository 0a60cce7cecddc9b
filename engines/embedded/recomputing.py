"""Validation against trades: compares each table with a fold of the trades of the snapshot that it records."""

from itertools import islice

import polars as pl

from engines.base import Observer
from engines.domain.batches import Batch, batches
from engines.domain.candle import CANDLE_KEY
from engines.domain.decimals import Scale
from engines.domain.findings import MOST_EXAMPLES, SourceFindings, Tally, row_texts
from engines.domain.interval import Intervals
from engines.domain.invariants import AGAINST_TRADES
from engines.domain.timeframe import FINEST
from engines.embedded.candles import CANDLE_COLUMNS, no_candles, read_candles, to_frame, within
from engines.embedded.examples import EXPECTED, differences, differs, examples_of
from engines.embedded.reader import Reader, TradesRead
from engines.embedded.rollup import rollup, to_candles
from engines.embedded.sums import NO_SUMS, sums_frame
from engines.work import Claim, Recomputation, Recomputed, TradeRows


def recompute(reader: Reader, work: Recomputation, observer: Observer) -> Recomputed:
    """Fold the trades once, batch by batch, and compare each table with the resulting candles."""
    tallies = [Tally(AGAINST_TRADES.name, AGAINST_TRADES.sentence) for _ in work.claims]
    files = () if work.trades is None else work.trades.files
    times = work.times
    facts = _SourceFacts(reader, work.trades, observer)
    observer.started("trades", sum(f.rows for f in files if times.overlaps(f.interval.start, f.interval.end)))
    for batch in batches(times.windows(work.tile), times, files, reader.config.limits.recomputed):
        sums = pl.concat([NO_SUMS, *(facts.fold(part) for part in batch.slices)])
        for claim, tally in zip(work.claims, tallies, strict=True):
            _check_claim(reader, claim, batch, sums=sums, scale=work.scale, tally=tally)
    observer.finished("trades")
    return Recomputed(findings=tuple(tally.finding() for tally in tallies), source=facts.findings())


class _SourceFacts:
    """Folds trades and accumulates facts about them."""

    def __init__(self, reader: Reader, trades: TradeRows | None, observer: Observer) -> None:
        self.reader = reader
        self.trades = trades
        self.observer = observer
        self.read = TradesRead()
        self.samples: list[dict[str, str]] = []

    def fold(self, part: Intervals) -> pl.DataFrame:
        if self.trades is None or not self.trades.within(part):
            return NO_SUMS
        folded = self.reader.fold(self.trades, part)
        self.read.add(folded)
        if folded.samples is not None:
            rows = to_frame(folded.samples).iter_rows(named=True)
            self.samples += [row_texts(row) for row in islice(rows, MOST_EXAMPLES - len(self.samples))]
        self.observer.advanced("trades", folded.trades_read)
        return sums_frame(folded.sums, self.trades.scale)

    def findings(self) -> SourceFindings:
        return SourceFindings(
            snapshot_id=None if self.trades is None else self.trades.snapshot_id,
            trades_read=self.read.trades_read,
            duplicates=self.read.duplicates,
            rejected=self.read.rejected,
            samples=tuple(self.samples),
            noted=self.read.noted,
        )


def _check_claim(reader: Reader, claim: Claim, batch: Batch, *, sums: pl.DataFrame, scale: Scale, tally: Tally) -> None:
    inside = batch.intervals & claim.intervals
    if not inside:
        return
    merged = sums if claim.timeframe == FINEST else rollup(sums.lazy(), claim.timeframe).collect()
    window = pl.col("window_start")
    expected = to_candles(merged.lazy(), claim.timeframe, scale).filter(within(window, inside)).collect()
    stored = no_candles(scale) if claim.rows is None else read_candles(reader, claim.rows, inside, CANDLE_COLUMNS)
    both = stored.join(expected, on=CANDLE_KEY, how="inner", suffix=EXPECTED)
    wrong = both.filter(differs()).sort(CANDLE_KEY)
    extra = stored.join(expected, on=CANDLE_KEY, how="anti").sort(CANDLE_KEY)
    missing = expected.join(stored, on=CANDLE_KEY, how="anti").sort(CANDLE_KEY)
    tally.add(
        stored.height + missing.height,
        wrong.height + extra.height + missing.height,
        [
            *differences(wrong),
            *examples_of(extra, "extra: no valid trade makes this candle"),
            *examples_of(missing, "missing: the trades make this candle"),
        ],
    )

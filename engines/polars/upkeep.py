"""Upkeep on rows: does the coarser table stand for what goes, and partitions written again as one file."""

import polars as pl

from engines.domain.batches import batches
from engines.domain.findings import MOST_EXAMPLES, Broken
from engines.domain.interval import Intervals
from engines.domain.tables import CANDLE_KEY, partition_units
from engines.domain.timeframe import Timeframe
from engines.polars.revision import NO_CANDLES
from engines.polars.scan import scan
from engines.upkeep.work import Coverage, Rewrite, Uncovered

_COUNTED = ("trade_count", "volume")
_NO_KEYS = NO_CANDLES.select(CANDLE_KEY)
_MOST_ROWS = 4_000_000
"""Candles whose windows are compared together: about 0.2 GB."""


def uncovered(work: Coverage) -> Uncovered:
    """Coarser windows that are missing, or do not hold as many trades and as much volume as the finer candles."""
    windows = 0
    examples: list[Broken] = []
    units = partition_units(Timeframe.D1, work.intervals)
    for batch in batches(units, work.intervals, work.finer.files, _MOST_ROWS):
        missing = _missing(work, batch.intervals)
        windows += missing.height
        first = missing.with_columns(pl.col("window_start").to_physical()).head(MOST_EXAMPLES - len(examples))
        examples += [Broken(problem="not covered by the coarser table", **row) for row in first.iter_rows(named=True)]
    return Uncovered(windows=windows, examples=tuple(examples))


def _missing(work: Coverage, intervals: Intervals) -> pl.DataFrame:
    """The keys of such windows; the intervals hold whole ones."""
    if not work.finer.within(intervals):
        return _NO_KEYS
    window = pl.col("window_start").dt.truncate(work.timeframe.value)
    counted = ["trade_count", pl.col("volume").to_physical()]
    finer = (
        scan(work.finer, "window_start", intervals)
        .select(*CANDLE_KEY[:2], window.alias("window_start"), *counted)
        .group_by(CANDLE_KEY)
        .agg(pl.col(name).sum() for name in _COUNTED)
    )
    if work.coarser is not None and work.coarser.within(intervals):
        coarser = scan(work.coarser, "window_start", intervals).select(*CANDLE_KEY, *counted)
        finer = finer.join(coarser, on=[*CANDLE_KEY, *_COUNTED], how="anti")
    return finer.select(CANDLE_KEY).sort(CANDLE_KEY).collect(engine="streaming")


def rewrite(work: Rewrite) -> int:
    """Read each partition whole and write it as one file; returns the rows written."""
    total = 0
    for unit in work.units:
        inside = Intervals((unit,))
        if not work.rows.within(inside):
            continue
        rows = scan(work.rows, "window_start", inside).sort(CANDLE_KEY).collect(engine="streaming")
        work.writer.write(rows.to_arrow(compat_level=pl.CompatLevel.oldest()))
        total += rows.height
    return total

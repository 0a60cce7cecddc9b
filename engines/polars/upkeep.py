"""Upkeep on rows: does the coarser table stand for what goes, and partitions written again as one file."""

import polars as pl

from engines.domain.findings import MOST_EXAMPLES, Broken
from engines.domain.interval import Intervals
from engines.domain.tables import CANDLE_KEY
from engines.polars.scan import scan
from engines.upkeep.work import Coverage, Rewrite, Uncovered

_COUNTED = ("trade_count", "volume")


def uncovered(work: Coverage) -> Uncovered:
    """Coarser windows that are missing, or do not hold as many trades and as much volume as the finer candles."""
    if not work.finer.files or not work.intervals:
        return Uncovered(windows=0, examples=())
    window = pl.col("window_start").dt.truncate(work.timeframe.value)
    columns = [*CANDLE_KEY[:2], window.alias("window_start"), "trade_count", pl.col("volume").to_physical()]
    finer = (
        scan(work.finer, "window_start", work.intervals)
        .select(columns)
        .group_by(CANDLE_KEY)
        .agg(pl.col(name).sum() for name in _COUNTED)
    )
    if work.coarser is None or not work.coarser.within(work.intervals):
        missing = finer
    else:
        coarser = scan(work.coarser, "window_start", work.intervals).select(
            *CANDLE_KEY, "trade_count", pl.col("volume").to_physical()
        )
        missing = finer.join(coarser, on=[*CANDLE_KEY, *_COUNTED], how="anti")
    found = missing.sort(CANDLE_KEY).collect(engine="streaming")
    examples = tuple(
        Broken(
            exchange=row["exchange"],
            symbol=row["symbol"],
            window_start=row["window_start"],
            problem="not covered by the coarser table",
        )
        for row in found.with_columns(pl.col("window_start").to_physical()).head(MOST_EXAMPLES).iter_rows(named=True)
    )
    return Uncovered(windows=found.height, examples=examples)


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

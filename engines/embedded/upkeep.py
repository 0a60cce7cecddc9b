"""Upkeep of rows: checks that a coarser table covers candles to be dropped, and rewrites partitions as one file."""

import polars as pl

from engines.domain.batches import batches
from engines.domain.candle import CANDLE_KEY
from engines.domain.findings import MOST_EXAMPLES, Broken
from engines.domain.interval import Intervals
from engines.domain.tables import partition_units
from engines.embedded.candles import START, read_candles, to_arrow
from engines.embedded.reader import Reader
from engines.iceberg.datafiles import DataFileWriter
from engines.work import Coverage, Rewrite, Uncovered

_COUNTED = ("trade_count", "volume")


def uncovered(reader: Reader, work: Coverage) -> Uncovered:
    """The coarser windows that are missing or differ from their finer candles in trade count or volume."""
    windows = 0
    examples: list[Broken] = []
    units = partition_units(work.timeframe, work.intervals)
    for batch in batches(units, work.intervals, work.finer.files, reader.config.limits.covered):
        missing = _missing(reader, work, batch.intervals)
        windows += missing.height
        first = missing.with_columns(pl.col("window_start").to_physical()).head(MOST_EXAMPLES - len(examples))
        examples += [Broken(problem="not covered by the coarser table", **row) for row in first.iter_rows(named=True)]
    return Uncovered(windows=windows, examples=tuple(examples))


def _missing(reader: Reader, work: Coverage, intervals: Intervals) -> pl.DataFrame:
    """The keys of uncovered windows in the intervals, which consist of whole windows."""
    start = pl.col("window_start").to_physical()
    window = (start - start % work.timeframe.duration).cast(START)
    columns = (*CANDLE_KEY, *_COUNTED)
    volume = pl.col("volume").to_physical()
    finer = (
        read_candles(reader, work.finer, intervals, columns)
        .lazy()
        .with_columns(window, volume)
        .group_by(CANDLE_KEY)
        .agg(pl.col(name).sum() for name in _COUNTED)
    )
    if work.coarser is not None:
        coarser = read_candles(reader, work.coarser, intervals, columns).lazy().with_columns(volume)
        finer = finer.join(coarser, on=columns, how="anti")
    return finer.select(CANDLE_KEY).sort(CANDLE_KEY).collect(engine="streaming")


def rewrite(reader: Reader, work: Rewrite) -> DataFileWriter:
    """Read each partition and write it as one data file."""
    writer = DataFileWriter(work.rows.table)
    try:
        for unit in work.units:
            writer.write(to_arrow(read_candles(reader, work.rows, Intervals((unit,))).sort(CANDLE_KEY)))
    except BaseException:
        writer.discard()
        raise
    return writer

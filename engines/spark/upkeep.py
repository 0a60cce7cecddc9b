"""Upkeep of candle tables: check that coarser candles cover those to be pruned, and compact partitions."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import CANDLE_KEY
from engines.domain.findings import MOST_EXAMPLES, Broken
from engines.domain.interval import Intervals
from engines.iceberg import StagedFiles, Tables
from engines.spark.scan import scan_candles
from engines.spark.staging import appending
from engines.work import Coverage, Rewrite, Uncovered

_COUNTED = ("trade_count", "volume")


def uncovered(spark: SparkSession, catalog: str, work: Coverage) -> Uncovered:
    """Coarser windows that are missing or differ in trade count or volume from the finer candles."""
    length = work.timeframe.duration
    start = F.unix_micros("window_start")
    window = F.timestamp_micros(start - F.pmod(start, F.lit(length))).alias("window_start")
    finer = (
        scan_candles(spark, catalog, work.finer, work.intervals)
        .groupBy(*CANDLE_KEY[:2], window)
        .agg(*(F.try_sum(name).alias(name) for name in _COUNTED))
    )
    if work.coarser is not None:
        coarser = scan_candles(spark, catalog, work.coarser, work.intervals).select(*CANDLE_KEY, *_COUNTED)
        finer = finer.join(coarser, on=[*CANDLE_KEY, *_COUNTED], how="left_anti")
    missing = finer.select(*CANDLE_KEY[:2], F.unix_micros("window_start").alias("window_start")).cache()
    try:
        windows = missing.count()
        first = missing.orderBy(*CANDLE_KEY).limit(MOST_EXAMPLES).collect() if windows else []
    finally:
        missing.unpersist()
    problem = "not covered by the coarser table"
    return Uncovered(windows=windows, examples=tuple(Broken(problem=problem, **row.asDict()) for row in first))


def rewrite(spark: SparkSession, tables: Tables, work: Rewrite) -> StagedFiles:
    """Rewrite each partition as one file, staged on a branch until the compaction is committed."""
    catalog = tables.config.name
    rows = scan_candles(spark, catalog, work.rows, Intervals.of(work.units), whole=True)
    staged = StagedFiles(tables, work.rows.table, work.run_id)
    staged.write(appending(spark, catalog, rows))
    return staged

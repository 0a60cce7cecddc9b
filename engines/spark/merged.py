"""Candles merged as they are read: those of longer windows from the stored ones, by the cluster."""

from functools import reduce

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.candle import MERGED_CANDLES
from engines.domain.interval import Interval, Intervals
from engines.domain.requests import Query
from engines.refusals import not_mergeable, too_large
from engines.spark.rollup import rollup, to_candles, to_sums
from engines.spark.scan import of_query, scan_candles
from engines.work import Merging, Part

FITS = "fits"
"""Column that says whether the sums of a window fit a candle."""


def refuse_unknown(spark: SparkSession, catalog: str, work: Merging) -> None:
    """Raise ValidationFailed if a part has candles without quote_volume, which cannot be merged.

    Statistics of files and row groups answer this without reading a candle of ours.
    """
    for part in work.parts:
        found = of_query(scan_candles(spark, catalog, part.rows, part.times), work.query)
        if not found.filter(F.col("quote_volume").isNull()).limit(1).isEmpty():
            raise not_mergeable(".".join(part.rows.table.name()))


def merged(spark: SparkSession, catalog: str, work: Merging, time: Interval) -> DataFrame:
    """The candles asked for whose windows start in a time of whole windows, and whether they fit (`FITS`)."""
    stretches = work.query.windows.stretches(time)
    sums = reduce(DataFrame.unionAll, (_sums(spark, catalog, part, time, work.query) for part in work.parts))
    return to_candles(rollup(sums, stretches), stretches, work.scale, FITS).select(
        *(column.name for column in MERGED_CANDLES), FITS
    )


def _sums(spark: SparkSession, catalog: str, part: Part, time: Interval, query: Query) -> DataFrame:
    return to_sums(of_query(scan_candles(spark, catalog, part.rows, part.times & Intervals((time,))), query))


def fitting(candles: pa.Table, work: Merging) -> pa.Table:
    """The candles without `FITS`.

    Raises:
        ValidationFailed: The sums of one do not fit.
    """
    for exchange, symbol, fits in zip(*(candles[n].to_pylist() for n in ("exchange", "symbol", FITS)), strict=True):
        if not fits:
            raise too_large(symbol, exchange, work.query.windows)
    return candles.drop_columns(FITS)

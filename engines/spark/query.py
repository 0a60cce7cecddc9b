"""Queries of candles and trades, split into as many Spark jobs as the driver's memory requires."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from engines.base import CandleQuery, TradeQuery, WindowQuery
from engines.domain.candle import CANDLE_KEY, CANDLE_KEY_BY_TIME, SERIES
from engines.domain.interval import END, Interval, Intervals
from engines.domain.portions import Portion, series_portions, time_portions
from engines.domain.requests import Query
from engines.domain.tables import AMOUNTS
from engines.iceberg import EVENT_TIME
from engines.spark.merged import fitting, merged, refuse_unknown
from engines.spark.scan import of_query, scan, within
from engines.spark.types import sql_type
from engines.work import Merging, Rows, TradeRows

_START = CANDLE_KEY[-1]


def candles(spark: SparkSession, catalog: str, rows: Rows, query: CandleQuery, *, most_rows: int) -> Iterator[pa.Table]:
    """Yield the candles of a query, sorted as it says; if they exceed its limit, only the newest windows.

    Args:
        spark: The session.
        catalog: Name of the catalog.
        rows: The candle table at a snapshot.
        query: The candles to read.
        most_rows: Results of more rows are split into several tables, unless the query has a limit.
    """
    columns = [field.name for field in rows.table.schema().fields]
    frame = _scan(spark, catalog, rows, query, column=_START, columns=columns)
    times = time_portions(rows.files, query.span, most_rows)

    def at(time: Interval) -> DataFrame:
        return frame.filter(within(_START, Intervals((time,)), timestamps=True))

    yield from _in_portions(frame, at, times, query, most_rows=most_rows)


def merged_candles(spark: SparkSession, catalog: str, work: Merging, *, most_rows: int) -> Iterator[pa.Table]:
    """Yield the candles of an order, as `candles` does.

    Raises:
        ValidationFailed: Stored candles cannot be merged, or the sums of a window do not fit.
    """
    if not work.parts:
        return
    refuse_unknown(spark, catalog, work)

    def at(time: Interval) -> DataFrame:
        return merged(spark, catalog, work, time)

    times = work.portions(most_rows)
    found = _in_portions(at(work.span), at, times, work.query, most_rows=most_rows)
    yield from (fitting(table, work) for table in found)


def _in_portions(
    frame: DataFrame,
    at: Callable[[Interval], DataFrame],
    times: Sequence[Interval],
    query: CandleQuery | WindowQuery,
    *,
    most_rows: int,
) -> Iterator[pa.Table]:
    """Yield candles in the order that a query asks for, in tables that fit into the driver's memory.

    Args:
        frame: All of them.
        at: Gives those that start in a time.
        times: Times that together have all, each about as many as fit.
        query: How many of the newest are wanted, and in which order.
        most_rows: Number of rows that fit.
    """
    order = CANDLE_KEY_BY_TIME if query.by_time else CANDLE_KEY
    if query.limit is not None:
        yield _sorted(frame.orderBy(F.col(_START).desc(), *SERIES).limit(query.limit), order)
    elif len(times) <= 1:
        yield _sorted(frame, order)
    elif query.by_time:
        yield from (_sorted(part, order) for part in map(at, times))
    else:
        counted = frame.groupBy(*SERIES).count().orderBy(*SERIES).collect()
        for portion in series_portions((((row.exchange, row.symbol), row["count"]) for row in counted), most_rows):
            together = portion.rows <= most_rows
            parts = (_of(each, portion) for each in ([frame] if together else map(at, times)))
            yield from (_sorted(part, order) for part in parts)


def trades(spark: SparkSession, catalog: str, source: Rows, query: TradeQuery, *, most_rows: int) -> Iterator[pa.Table]:
    """Yield the trades of a query as they are stored, in any order.

    Args:
        spark: The session.
        catalog: Name of the catalog.
        source: The source table at a snapshot.
        query: The trades to read.
        most_rows: Results of more rows are split into several tables.
    """
    columns = [column.name for column in query.columns]
    times = time_portions(source.files, query.span, most_rows)
    if len(times) <= 1:
        yield _scan(spark, catalog, source, query, column=EVENT_TIME, columns=columns).toArrow()
        return
    for time in times:
        some = replace(query, start=time.start, end=time.end)
        yield _scan(spark, catalog, source, some, column=EVENT_TIME, columns=columns).toArrow()
    if not query.bounded:
        everything = _scan(spark, catalog, source, query, column=EVENT_TIME, columns=columns)
        yield everything.filter(F.col(EVENT_TIME).isNull()).toArrow()


def _scan(spark: SparkSession, catalog: str, rows: Rows, query: Query, *, column: str, columns: list[str]) -> DataFrame:
    asked = Intervals((Interval(query.span.start, min(query.span.end, END - 1)),)) if query.bounded else None
    frame = scan(spark, catalog, rows, column=column, intervals=asked, columns=columns)
    frame = of_query(frame, query)
    if not isinstance(rows, TradeRows):
        return frame
    return frame.withColumns({name: F.col(name).cast(sql_type(rows.reading.wanted(name))) for name in AMOUNTS})


def _sorted(frame: DataFrame, order: Sequence[str]) -> pa.Table:
    return frame.orderBy(*order).toArrow()


def _of(frame: DataFrame, portion: Portion) -> DataFrame:
    """The rows of a portion's series, which are neighbours in the order of all series."""
    first, last = (
        F.struct(*(F.lit(name).cast("string").alias(column) for name, column in zip(series, SERIES, strict=True)))
        for series in (portion.series[0], portion.series[-1])
    )
    return frame.filter(F.struct(*SERIES).between(first, last))

"""Reads Iceberg rows as DataFrames: the only place where the Spark engine reads tables.

Rows are read at a pinned snapshot by Iceberg's own source, which handles deletes, field ids and evolved schemas;
filters on instants are pushed down to files and row groups.
"""

from collections.abc import Iterable, Sequence

from pyiceberg.schema import Schema
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own custom

from engines.domain.candle import CANDLES
from engines.domain.decimals import Scale
from engines.domain.interval import Intervals
from engines.domain.requests import Query
from engines.domain.tables import AMOUNTS, TRADES
from engines.spark.mapped import during, mapped_columns
from engines.spark.types import sql_type
from engines.work import Rows, TradeRows

_COLUMNS = {column.name: column for column in (*TRADES, *CANDLES) if column.name not in AMOUNTS}
"""Our columns with types of ours; amounts are left in their own types, of which there are many."""
_ROW = "k2_row"
_COST_OF_OPENING = "read.split.open-file-cost"
_LOCAL_COST = 1 << 20
"""Cost of opening a local file, as the number of bytes that could be read instead.

Iceberg's default of 4 MB is for remote files. Iceberg fills a task with up to 16 MB, this cost included: with 1 MB a
task takes 16 hourly files of a few kilobytes instead of 4.
"""


def scan(
    spark: SparkSession, catalog: str, rows: Rows, *, column: str, intervals: Intervals | None, columns: Sequence[str]
) -> DataFrame:
    """The rows whose instants are within the intervals, with the columns asked for.

    Args:
        spark: The session.
        catalog: Name of the catalog.
        rows: The table and the snapshot.
        column: The column of instants: ``timestamp`` of trades (microseconds) or ``window_start`` of candles.
        intervals: The intervals; None for all rows.
        columns: The columns to return, of trades by our names, else by their names in the table's current schema; null
            where the snapshot has none.
    """
    if isinstance(rows, TradeRows) and not rows.reading.is_ours:
        frame = scan_mapped(spark, catalog, rows, intervals)
        return frame.select(*(name if name in frame.columns else F.lit(None).alias(name) for name in columns))
    frame, names = _snapshot(spark, catalog, rows, (column, *columns))
    if intervals is not None:
        frame = frame.filter(within(names.get(column), intervals, timestamps=column != "timestamp"))
    return frame.select(*(_column(name, names.get(name), rows.scale) for name in columns))


def scan_mapped(spark: SparkSession, catalog: str, rows: TradeRows, intervals: Intervals | None) -> DataFrame:
    """The trades of a source whose columns are not ours, with the columns of `mapped_columns`."""
    frame, names = _snapshot(spark, catalog, rows, rows.reading.theirs)
    if intervals is not None:
        frame = frame.filter(during(rows.reading, names, intervals))
    return frame.select(*mapped_columns(rows.reading, names))


def _snapshot(
    spark: SparkSession, catalog: str, rows: Rows, columns: Iterable[str]
) -> tuple[DataFrame, dict[str, str]]:
    """The rows of a snapshot, and the names that columns had then; no filter is pushed down where they differ."""
    frame, names = read_snapshot(spark, catalog, rows), _names_at(rows)
    return _sealed(frame) if any(names.get(name, name) != name for name in columns) else frame, names


def scan_candles(
    spark: SparkSession, catalog: str, rows: Rows, intervals: Intervals | None, *, whole: bool = False
) -> DataFrame:
    """The candles whose windows start in the intervals, in all our columns; with `whole` also in all others."""
    ours = [column.name for column in CANDLES]
    others = [field.name for field in rows.table.schema().fields if field.name not in ours] if whole else []
    columns = [*ours, *others]
    return scan(spark, catalog, rows, column="window_start", intervals=intervals, columns=columns)


def of_query(frame: DataFrame, query: Query) -> DataFrame:
    """The rows of the exchange and the symbol that a query names."""
    for name, value in (("exchange", query.exchange), ("symbol", query.symbol)):
        frame = frame if value is None else frame.filter(F.col(name) == value)
    return frame


def _sealed(frame: DataFrame) -> DataFrame:
    """The same rows, behind a barrier that keeps filters from being pushed down.

    Iceberg reads a snapshot with the columns it had then, but binds filters to the current schema: if a column has been
    renamed since, a pushed filter fails. Spark pushes no filter below a row number.
    """
    return frame.withColumn(_ROW, F.monotonically_increasing_id()).filter(f"{_ROW} >= 0")


def _column(name: str, source: str | None, scale: Scale) -> Column:
    """A column under its current name; our own columns are cast to our types."""
    found = F.lit(None) if source is None else F.col(f"`{source}`")
    ours = _COLUMNS.get(name)
    return (found if ours is None else found.cast(sql_type(scale.type_of(ours.type)))).alias(name)


def read_snapshot(spark: SparkSession, catalog: str, rows: Rows) -> DataFrame:
    """A table at a snapshot, with the columns it had then."""
    name = ".".join((catalog, *rows.table.name()))
    reader = spark.read.option("versionAsOf", str(rows.snapshot_id))
    if rows.table.location().startswith("file:") and _COST_OF_OPENING not in rows.table.properties:
        reader = reader.option("file-open-cost", str(_LOCAL_COST))
    return reader.table(quoted(name))


def quoted(name: str) -> str:
    """A dotted name with each part quoted for SQL."""
    return ".".join(f"`{part}`" for part in name.split("."))


def _names_at(rows: Rows) -> dict[str, str]:
    """Current name of each column to its name in the snapshot's schema; columns that it lacked are left out."""
    metadata = rows.table.metadata
    snapshot = metadata.snapshot_by_id(rows.snapshot_id)
    then: Schema = metadata.schema()
    if snapshot is not None and snapshot.schema_id is not None:
        then = next((schema for schema in metadata.schemas if schema.schema_id == snapshot.schema_id), then)
    by_id = {field.field_id: field.name for field in then.fields}
    return {f.name: by_id[f.field_id] for f in rows.table.schema().fields if f.field_id in by_id}


def within(column: str | None, intervals: Intervals, *, timestamps: bool) -> Column:
    """Whether a column of instants is within the intervals, as comparisons with constants that Iceberg can push down.

    Args:
        column: The column; None is false for every row.
        intervals: The intervals.
        timestamps: Whether the column holds timestamps; if not, it holds microseconds.
    """
    if column is None:
        return F.expr("false")
    instant = "timestamp_micros({}L)" if timestamps else "{}L"
    ranges = [f"(`{column}` >= {instant.format(r.start)} AND `{column}` < {instant.format(r.end)})" for r in intervals]
    return F.expr(" OR ".join(ranges) or "false")

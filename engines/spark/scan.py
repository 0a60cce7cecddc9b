"""Iceberg rows as DataFrames: the one place where the Spark engine reads.

Rows are read by Iceberg's own source at a pinned snapshot, which knows deletes, field ids and evolved schemas; the
filters on instants are pushed down to files and row groups.
"""

from collections.abc import Sequence

from pyiceberg.schema import Schema
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own custom

from engines.domain.candle import CANDLES
from engines.domain.interval import Intervals
from engines.domain.tables import TRADES
from engines.spark.types import sql_type
from engines.work import Rows

_TYPES = {column.name: sql_type(column.type) for column in (*TRADES, *CANDLES)}
"""Our columns in Spark's spelling of the types."""
_ROW = "k2_row"
_COST_OF_OPENING = "read.split.open-file-cost"
_LOCAL_COST = 1 << 20
"""Bytes that take as long to read as a local file takes to be opened; Iceberg's own 4 MB are those of a remote one.

Iceberg fills a task up to 16 MB, this included: hourly files of a few kilobytes make a task of 16 of them, not of 4.
"""


def scan(
    spark: SparkSession, catalog: str, rows: Rows, *, column: str, intervals: Intervals | None, columns: Sequence[str]
) -> DataFrame:
    """The rows whose column of instants lies in the intervals, as the columns asked for.

    Args:
        spark: The session.
        catalog: Name of the catalog.
        rows: The table and the snapshot.
        column: ``timestamp`` of trades (microseconds), ``window_start`` of candles.
        intervals: Which instants; None for all rows.
        columns: What is wanted, by the names of the table's current schema; null where the table lacks it.
    """
    frame, names = read_snapshot(spark, catalog, rows), _names_at(rows)
    if any(names.get(name, name) != name for name in (column, *columns)):
        frame = _sealed(frame)
    if intervals is not None:
        frame = frame.filter(within(names.get(column), intervals, timestamps=column != "timestamp"))
    return frame.select(*(_column(name, names.get(name)) for name in columns))


def scan_candles(
    spark: SparkSession, catalog: str, rows: Rows, intervals: Intervals | None, *, whole: bool = False
) -> DataFrame:
    """The candles whose windows start in the intervals, in all our columns; with `whole` in the table's others too."""
    ours = [column.name for column in CANDLES]
    others = [field.name for field in rows.table.schema().fields if field.name not in ours] if whole else []
    columns = [*ours, *others]
    return scan(spark, catalog, rows, column="window_start", intervals=intervals, columns=columns)


def _sealed(frame: DataFrame) -> DataFrame:
    """Rows that no filter reaches into.

    Iceberg reads a snapshot in the columns it had then, but binds filters to those of now: where a column has been
    renamed since, a filter that is pushed down fails. Spark pushes none below a row number.
    """
    return frame.withColumn(_ROW, F.monotonically_increasing_id()).filter(f"{_ROW} >= 0")


def _column(name: str, source: str | None) -> Column:
    """A column under its present name; those that we know in our type."""
    found = F.lit(None) if source is None else F.col(f"`{source}`")
    return (found.cast(_TYPES[name]) if name in _TYPES else found).alias(name)


def read_snapshot(spark: SparkSession, catalog: str, rows: Rows) -> DataFrame:
    """A table as it was at a snapshot, in the columns it had then."""
    name = ".".join((catalog, *rows.table.name()))
    reader = spark.read.option("versionAsOf", str(rows.snapshot_id))
    if rows.table.location().startswith("file:") and _COST_OF_OPENING not in rows.table.properties:
        reader = reader.option("file-open-cost", str(_LOCAL_COST))
    return reader.table(quoted(name))


def quoted(name: str) -> str:
    """A dotted name as SQL takes it, whatever its parts are called."""
    return ".".join(f"`{part}`" for part in name.split("."))


def _names_at(rows: Rows) -> dict[str, str]:
    """What the columns of the current schema were called in that of the snapshot; those it lacked are missing."""
    metadata = rows.table.metadata
    snapshot = metadata.snapshot_by_id(rows.snapshot_id)
    then: Schema = metadata.schema()
    if snapshot is not None and snapshot.schema_id is not None:
        then = next((schema for schema in metadata.schemas if schema.schema_id == snapshot.schema_id), then)
    by_id = {field.field_id: field.name for field in then.fields}
    return {f.name: by_id[f.field_id] for f in rows.table.schema().fields if f.field_id in by_id}


def within(column: str | None, intervals: Intervals, *, timestamps: bool) -> Column:
    """Whether a column of instants lies in the intervals: comparisons with constants, which Iceberg understands.

    Args:
        column: The column; nothing is within the intervals where there is none.
        intervals: The intervals.
        timestamps: Whether the column holds timestamps, else microseconds.
    """
    if column is None:
        return F.expr("false")
    instant = "timestamp_micros({}L)" if timestamps else "{}L"
    ranges = [f"(`{column}` >= {instant.format(r.start)} AND `{column}` < {instant.format(r.end)})" for r in intervals]
    return F.expr(" OR ".join(ranges) or "false")

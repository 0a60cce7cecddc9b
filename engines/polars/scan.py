"""Iceberg rows as LazyFrames: the only module in which the Polars engine reads tables."""

import os

import polars as pl
import pyarrow as pa
from pyiceberg.table import Table

from engines.embedded import Intervals, Rows, plain_files
from engines.embedded.candles import within

# Polars warns once per process that PyIceberg plans its scans, unless that planner is chosen explicitly.
os.environ.setdefault("POLARS_ICEBERG_PLANNER", "pyiceberg")

_REMOTE = ("s3.", "gcs.", "adls.", "adlfs.")


def scan(rows: Rows, column: str, intervals: Intervals) -> pl.LazyFrame:
    """The rows whose value in a column of instants lies in the intervals.

    If reading the planned files as Parquet gives exactly the snapshot's rows (see `plain_files`), they are read
    directly. Otherwise Polars' Iceberg reader plans the scan again, which takes about a millisecond per manifest but
    handles deletes, field ids and evolved schemas.
    """
    paths = plain_files(rows, intervals)
    frame = _iceberg(rows.table, rows.snapshot_id) if paths is None else _parquet(paths)
    if paths is not None and all((Intervals((f.interval,)) - intervals).length == 0 for f in rows.within(intervals)):
        return frame
    span = intervals.span
    # Polars skips files and row groups only by the outer bounds, compared in the column's own type.
    bounds = [pl.lit(span.start), pl.lit(span.end)]
    if column != "timestamp":
        bounds = [bound.cast(pl.Datetime("us", "UTC")) for bound in bounds]
    frame = frame.filter(pl.col(column) >= bounds[0], pl.col(column) < bounds[1])
    return frame if len(intervals) == 1 else frame.filter(within(pl.col(column), intervals))


def whole(rows: Rows) -> pl.LazyFrame:
    """All rows of a table."""
    paths = plain_files(rows)
    return _iceberg(rows.table, rows.snapshot_id) if paths is None else _parquet(paths)


def collected(frame: pl.LazyFrame) -> pa.Table:
    """Collect the rows as an Arrow table, without copying them."""
    return frame.collect(engine="streaming").to_arrow(compat_level=pl.CompatLevel.newest())


def _parquet(paths: list[str]) -> pl.LazyFrame:
    return pl.scan_parquet(paths, glob=False, extra_columns="ignore")


def _iceberg(table: Table, snapshot_id: int) -> pl.LazyFrame:
    current = table.current_snapshot()
    # The current snapshot is not named: PyIceberg reads a named one with its own, possibly older schema.
    pinned = None if current is not None and current.snapshot_id == snapshot_id else snapshot_id
    return pl.scan_iceberg(table, snapshot_id=pinned, storage_options=_storage_options(table))


def _storage_options(table: Table) -> dict[str, str] | None:
    return {k: str(v) for k, v in table.io.properties.items() if k.startswith(_REMOTE)} or None

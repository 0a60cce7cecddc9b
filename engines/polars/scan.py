"""Iceberg rows as LazyFrames: the one place where the Polars engine reads."""

import os
from urllib.parse import urlsplit

import polars as pl
from pyiceberg.table import Table

from engines.domain.interval import Intervals
from engines.iceberg.rows import Rows
from engines.polars.revision import NO_CANDLES, within

# Polars warns once a process that PyIceberg plans its scans; we know, and have planned before.
os.environ.setdefault("POLARS_ICEBERG_PLANNER", "pyiceberg")

_REMOTE = ("s3.", "gcs.", "adls.", "adlfs.")
_NAME_MAPPING = "schema.name-mapping.default"


def scan(rows: Rows, column: str, intervals: Intervals) -> pl.LazyFrame:
    """The rows whose column of instants lies in the intervals.

    Where the planned files alone tell the whole truth they are read directly; else Polars' Iceberg reader plans the
    scan anew, which takes a millisecond for each manifest but knows deletes, field ids and evolved schemas.
    """
    files = rows.within(intervals)
    if not _plain(rows):
        frame = _iceberg(rows.table, rows.snapshot_id)
    elif all((Intervals((f.interval,)) - intervals).length == 0 for f in files):
        return _parquet([f.path for f in files])
    else:
        frame = _parquet([f.path for f in files])
    span = intervals.span
    # The outer bounds alone, in the column's own type, are what prunes files and row groups.
    bounds = [pl.lit(span.start), pl.lit(span.end)]
    if column != "timestamp":
        bounds = [bound.cast(pl.Datetime("us", "UTC")) for bound in bounds]
    frame = frame.filter(pl.col(column) >= bounds[0], pl.col(column) < bounds[1])
    return frame if len(intervals) == 1 else frame.filter(within(pl.col(column), intervals))


def scan_candles(rows: Rows, intervals: Intervals) -> pl.LazyFrame:
    """The candles whose windows start in the intervals; columns of ours that the table lacks are null."""
    frame = scan(rows, "window_start", intervals)
    present = frame.collect_schema().names()
    return frame.with_columns(pl.lit(None, dtype=t).alias(n) for n, t in NO_CANDLES.schema.items() if n not in present)


def whole(rows: Rows) -> pl.LazyFrame:
    """All rows."""
    return _parquet([file.path for file in rows.files]) if _plain(rows) else _iceberg(rows.table, rows.snapshot_id)


def whole_table(table: Table) -> pl.LazyFrame:
    """All rows of a table's current snapshot, in its current schema."""
    return pl.scan_iceberg(table, storage_options=_storage_options(table))


def _plain(rows: Rows) -> bool:
    """Whether the data files, read by column names, are exactly the rows of the snapshot."""
    metadata = rows.table.metadata
    snapshot = metadata.snapshot_by_id(rows.snapshot_id)
    summary = {} if snapshot is None or snapshot.summary is None else snapshot.summary.additional_properties
    return (
        bool(rows.files)
        and len(metadata.schemas) == 1
        and summary.get("total-delete-files") == "0"
        and _NAME_MAPPING not in metadata.properties
        and all(f.path.endswith(".parquet") and urlsplit(f.path).scheme in ("", "file") for f in rows.files)
    )


def _parquet(paths: list[str]) -> pl.LazyFrame:
    return pl.scan_parquet([_local_path(path) for path in paths], glob=False, extra_columns="ignore")


def _local_path(path: str) -> str:
    """The path of a file URI; Iceberg writes paths as they are, without percent signs for odd characters."""
    return path.removeprefix("file://") if path.startswith("file:///") else path.removeprefix("file:")


def _iceberg(table: Table, snapshot_id: int) -> pl.LazyFrame:
    current = table.current_snapshot()
    # The current snapshot is read without naming it: a named one brings its own, older schema along.
    pinned = None if current is not None and current.snapshot_id == snapshot_id else snapshot_id
    return pl.scan_iceberg(table, snapshot_id=pinned, storage_options=_storage_options(table))


def _storage_options(table: Table) -> dict[str, str] | None:
    return {k: str(v) for k, v in table.io.properties.items() if k.startswith(_REMOTE)} or None

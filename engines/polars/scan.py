"""Iceberg rows as LazyFrames: the only module in which the Polars engine reads tables."""

import os
from collections.abc import Iterator

import polars as pl
import pyarrow as pa
from pyiceberg.table import Table

from engines.domain.reading import NANOSECONDS, TIMESTAMPS
from engines.embedded import Intervals, Rows, TradeRows, plain_files
from engines.embedded.candles import within
from engines.embedded.mapped import as_trades
from engines.iceberg import EVENT_TIME

# Polars warns once per process that PyIceberg plans its scans, unless that planner is chosen explicitly.
os.environ.setdefault("POLARS_ICEBERG_PLANNER", "pyiceberg")

_WIDENING = pl.ScanCastOptions(integer_cast="upcast")
"""Polars widens decimals of one scale by the same word."""
_REMOTE = ("s3.", "gcs.", "adls.", "adlfs.")


def scan(rows: Rows, column: str, intervals: Intervals) -> pl.LazyFrame:
    """The rows whose value in a column of instants lies in the intervals; trades in our names and types.

    If reading the planned files as Parquet gives exactly the snapshot's rows (see `plain_files`), they are read
    directly. Otherwise Polars' Iceberg reader plans the scan again, which takes about a millisecond per manifest but
    handles deletes, field ids and evolved schemas.
    """
    paths = plain_files(rows, intervals)
    frame = _iceberg(rows.table, rows.snapshot_id) if paths is None else _parquet(paths)
    if paths is not None and all(intervals.covers(f.interval.start, f.interval.end) for f in rows.within(intervals)):
        return _ours(frame, rows)
    return _ours(frame.filter(*_during(rows, column, intervals)), rows)


def _during(rows: Rows, column: str, intervals: Intervals) -> Iterator[pl.Expr]:
    """Yield the conditions for rows in the intervals, on the column as it is stored.

    Polars skips files and row groups only by the outer bounds, compared in the column's own type.
    """
    timestamps = column != EVENT_TIME
    if isinstance(rows, TradeRows):
        column, timestamps = rows.reading.time.column, rows.reading.time.type in TIMESTAMPS
        intervals = rows.reading.stored(intervals)
    span = intervals.span
    bounds = [pl.lit(span.start, dtype=pl.Int64), pl.lit(span.end, dtype=pl.Int64)]
    if timestamps:
        bounds = [bound.cast(_timestamps(rows)) for bound in bounds]
    yield pl.col(column) >= bounds[0]
    yield pl.col(column) < bounds[1]
    if len(intervals) > 1:
        yield within(pl.col(column), intervals)


def _timestamps(rows: Rows) -> pl.Datetime:
    """The type of a column of timestamps: of candles, or of trades as their table has it."""
    if not isinstance(rows, TradeRows):
        return pl.Datetime("us", "UTC")
    type_ = str(rows.reading.time.type)
    return pl.Datetime("ns" if type_ in NANOSECONDS else "us", "UTC" if type_.startswith("timestamptz") else None)


def _ours(frame: pl.LazyFrame, rows: Rows) -> pl.LazyFrame:
    """Trades in our names and types; other rows as they are."""
    return as_trades(frame, rows.reading) if isinstance(rows, TradeRows) and not rows.reading.is_ours else frame


def whole(rows: Rows) -> pl.LazyFrame:
    """All rows of a table; trades in our names and types."""
    paths = plain_files(rows)
    return _ours(_iceberg(rows.table, rows.snapshot_id) if paths is None else _parquet(paths), rows)


def collected(frame: pl.LazyFrame) -> pa.Table:
    """Collect the rows as an Arrow table, without copying them."""
    return frame.collect(engine="streaming").to_arrow(compat_level=pl.CompatLevel.newest())


def _parquet(paths: list[str]) -> pl.LazyFrame:
    # Files of a table whose decimals were widened have narrower ones, too; the first file has the widest.
    return pl.scan_parquet(paths, glob=False, extra_columns="ignore", cast_options=_WIDENING)


def _iceberg(table: Table, snapshot_id: int) -> pl.LazyFrame:
    current = table.current_snapshot()
    # The current snapshot is not named: PyIceberg reads a named one with its own, possibly older schema.
    pinned = None if current is not None and current.snapshot_id == snapshot_id else snapshot_id
    return pl.scan_iceberg(table, snapshot_id=pinned, storage_options=_storage_options(table))


def _storage_options(table: Table) -> dict[str, str] | None:
    return {k: str(v) for k, v in table.io.properties.items() if k.startswith(_REMOTE)} or None

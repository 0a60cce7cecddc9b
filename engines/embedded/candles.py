"""Candles as Polars frames: reading them with our columns, conversion from and to Arrow, and filters by time."""

from collections.abc import Sequence
from functools import cache
from typing import cast

import polars as pl
import pyarrow as pa

from engines.arrow import arrow_schema
from engines.domain.candle import CANDLES
from engines.domain.decimals import Scale
from engines.domain.interval import Intervals
from engines.embedded.reader import Reader
from engines.work import Rows

CANDLE_COLUMNS = tuple(column.name for column in CANDLES)
START = pl.Datetime("us", "UTC")
"""Type of the start of a window."""


@cache
def no_candles(scale: Scale) -> pl.DataFrame:
    """An empty frame with the columns of a candle table."""
    return pl.DataFrame(arrow_schema(CANDLES, scale).empty_table())


def read_candles(
    reader: Reader, rows: Rows, intervals: Intervals, columns: Sequence[str] | None = None
) -> pl.DataFrame:
    """Read the candles whose windows start in the intervals; columns of ours that the table lacks are null.

    Args:
        reader: The engine's reader.
        rows: The rows of the candle table.
        intervals: Intervals of window starts.
        columns: Names of columns of ours, in the order of the result; None for all columns of the table, including
            those that are not ours.
    """
    ours = no_candles(rows.scale)
    wanted = ours if columns is None else ours.select(columns)
    if not rows.within(intervals):
        return wanted
    held = None if columns is None else rows.in_memory(intervals, columns)
    if held is None:
        frame = to_frame(reader.rows(rows, "window_start", intervals, columns))
    else:
        frame = to_frame(held).filter(within(pl.col("window_start"), intervals))
    missing = [pl.lit(None, dtype=dtype).alias(n) for n, dtype in wanted.schema.items() if n not in frame.columns]
    # Files may have other types than the table: another unit of time, or fewer digits.
    widened = [pl.col(n).cast(dtype) for n, dtype in ours.schema.items() if n in frame.columns and _is_widened(dtype)]
    frame = frame.with_columns(*missing, *widened)
    return frame if columns is None else frame.select(columns)


def _is_widened(dtype: pl.DataType) -> bool:
    return isinstance(dtype, (pl.Datetime, pl.Decimal))


def to_frame(table: pa.Table) -> pl.DataFrame:
    """Convert an Arrow table to a frame; nothing is copied except text that is not stored as string views."""
    return cast("pl.DataFrame", pl.from_arrow(table, rechunk=False))


def to_arrow(frame: pl.DataFrame) -> pa.Table:
    """Convert a frame to an Arrow table whose types every library supports."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def within(instant: pl.Expr, intervals: Intervals) -> pl.Expr:
    """Whether a column of instants (Int64 microseconds, or UTC times) lies in the intervals."""
    number = instant.to_physical()
    return pl.any_horizontal(pl.lit(value=False), *((number >= r.start) & (number < r.end) for r in intervals))

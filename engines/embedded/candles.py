"""Candles as Polars frames: reading them with our columns, conversion from and to Arrow, and filters by time."""

from collections.abc import Sequence
from typing import cast

import polars as pl
import pyarrow as pa

from engines.arrow import arrow_schema
from engines.domain.candle import CANDLES
from engines.domain.interval import Intervals
from engines.embedded.reader import Reader
from engines.work import Rows

NO_CANDLES = pl.DataFrame(arrow_schema(CANDLES).empty_table())
_WIDENED = {n: dtype for n, dtype in NO_CANDLES.schema.items() if isinstance(dtype, (pl.Datetime, pl.Decimal))}
"""Columns of which files may have another type than the table: another unit of time, or fewer digits."""


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
    wanted = NO_CANDLES if columns is None else NO_CANDLES.select(columns)
    if not rows.within(intervals):
        return wanted
    frame = to_frame(reader.rows(rows, "window_start", intervals, columns))
    missing = [pl.lit(None, dtype=dtype).alias(n) for n, dtype in wanted.schema.items() if n not in frame.columns]
    ours = [pl.col(name).cast(dtype) for name, dtype in _WIDENED.items() if name in frame.columns]
    frame = frame.with_columns(*missing, *ours)
    return frame if columns is None else frame.select(columns)


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

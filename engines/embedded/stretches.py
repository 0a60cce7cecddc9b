"""Starts and lengths of windows as Polars expressions, of one length or of stretches of several."""

import polars as pl

from engines.domain.timeframe import Timeframe
from engines.domain.window import Stretch

Stretches = tuple[Stretch, ...]
"""Stretches of time, each with windows of one length, from first to last without a gap; at least one."""


def start_of(instant: pl.Expr, windows: Timeframe | Stretches) -> pl.Expr:
    """Start of the window that contains an instant (Int64 microseconds, within the stretches)."""
    if isinstance(windows, Timeframe):
        return instant - instant % windows.duration
    first = _of(instant, windows, [stretch.start for stretch in windows])
    return instant - (instant - first) % length_of(instant, windows)


def length_of(instant: pl.Expr, windows: Timeframe | Stretches) -> pl.Expr:
    """Length of the window that contains an instant, microseconds."""
    if isinstance(windows, Timeframe):
        return pl.lit(windows.duration, dtype=pl.Int64)
    return _of(instant, windows, [stretch.length for stretch in windows])


def _of(instant: pl.Expr, stretches: Stretches, values: list[int]) -> pl.Expr:
    """The value of the stretch that contains an instant."""
    if len(stretches) == 1:
        return pl.lit(values[0], dtype=pl.Int64)
    # Sorted cuts between the stretches: the number of those at or before an instant is the number of its stretch.
    place = pl.lit(pl.Series([s.start for s in stretches[1:]], dtype=pl.Int64)).search_sorted(instant, side="right")
    return pl.lit(pl.Series(values, dtype=pl.Int64)).gather(place)

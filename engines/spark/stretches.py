"""Starts and lengths of windows as Spark columns, of one length or of stretches of several."""

from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

from engines.domain.timeframe import Timeframe
from engines.domain.window import Stretch

Stretches = tuple[Stretch, ...]
"""Stretches of time, each with windows of one length, from first to last without a gap; at least one."""


def start_of(instant: Column, windows: Timeframe | Stretches) -> Column:
    """Start of the window that contains an instant (microseconds, within the stretches)."""
    if isinstance(windows, Timeframe):
        return instant - F.pmod(instant, F.lit(windows.duration))
    return _of(
        instant, windows, lambda stretch: instant - F.pmod(instant - F.lit(stretch.start), F.lit(stretch.length))
    )


def length_of(instant: Column, windows: Timeframe | Stretches) -> Column:
    """Length of the window that contains an instant, microseconds."""
    if isinstance(windows, Timeframe):
        return F.lit(windows.duration)
    return _of(instant, windows, lambda stretch: F.lit(stretch.length))


def _of(instant: Column, stretches: Stretches, value: Callable[[Stretch], Column]) -> Column:
    """The value of the stretch that contains an instant; looked for by halves, for years of days have hundreds."""
    if len(stretches) == 1:
        return value(stretches[0])
    middle = len(stretches) // 2
    earlier, later = stretches[:middle], stretches[middle:]
    return F.when(instant < later[0].start, _of(instant, earlier, value)).otherwise(_of(instant, later, value))

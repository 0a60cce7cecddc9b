"""Which stored candles serve which stretch of time, where candles of other windows are asked for.

Candles merge exactly, so the choice changes what an answer costs and never what it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engines.domain.interval import Interval, Intervals
from engines.domain.timeframe import Timeframe
from engines.domain.window import Windows, ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A candle table that has candles, as far as its metadata tells.

    Attributes:
        timeframe: Its timeframe.
        held: From its first candle to the end of its last one.
        reach: The instant from which it has all candles: those before it were pruned, or are frozen.
        until: The end of its last window that is complete.
        current: Whether it is made from the newest trades that any of the tables is made from, and nobody else has
            changed it since.
    """

    timeframe: Timeframe
    held: Interval
    reach: int
    until: int
    current: bool = True

    @property
    def times(self) -> Intervals:
        """The times of which it has all candles, as whole windows."""
        return Intervals.of([(self.timeframe.ceil(self.reach), self.timeframe.floor(self.until))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The choice of stored candles.

    Attributes:
        span: From the start of the first window that is served to the end of the last one.
        parts: For each chosen timeframe the times that it serves; together they are the span.
        behind: Those of the timeframes that are not current.
        coarser: Timeframes that reach further back, but whose windows are too long for what is asked for.
        until: The end of the last window that is over, whether there are candles in it or not.
    """

    span: Interval
    until: int = 0
    parts: tuple[tuple[Timeframe, Intervals], ...] = ()
    behind: tuple[Timeframe, ...] = ()
    coarser: tuple[Timeframe, ...] = ()


def serving(windows: Windows, asked: Interval, stored: Sequence[Stored]) -> Serving:
    """Choose for each stretch of time the coarsest stored candles whose windows nest in those asked for.

    Tables that are behind serve only what no current one can.

    Args:
        windows: The windows asked for.
        asked: Instants at which they start.
        stored: The tables that have candles.
    """
    until = windows.floor(max((table.until for table in stored if table.current), default=0))
    span = _complete(windows, asked, stored, until)
    if span.start >= span.end:
        return Serving(span=span, until=until)
    nesting = [table for table in stored if windows.nests(table.timeframe, span)]
    rest, chosen = Intervals((span,)), list[tuple[Stored, Intervals]]()
    for table in _preferred(nesting):
        chosen.append((table, _whole(rest, table) & table.times))
        rest -= chosen[-1][1]
    if rest:  # windows of which a part is not kept
        first = ceil(windows, rest.span.end)
        span = Interval(min(first, span.end), span.end)
    inside = Intervals.of([span])
    parts = [(table, times & inside) for table, times in chosen]
    used = [(table, times) for table, times in parts if times]
    return Serving(
        span=span,
        until=until,
        parts=tuple((table.timeframe, times) for table, times in used),
        behind=tuple(table.timeframe for table, _ in used if not table.current),
        coarser=tuple(t.timeframe for t in stored if rest and t not in nesting and t.held.start < span.start),
    )


def covering(span: Interval, stored: Sequence[Stored]) -> tuple[tuple[Timeframe, Intervals], ...]:
    """The coarsest candles for each stretch of a span that is one window; what no table holds is left out."""
    rest, chosen = Intervals.of([span]), list[tuple[Timeframe, Intervals]]()
    for table in _preferred(stored):
        if times := _whole(rest, table) & table.times:
            chosen.append((table.timeframe, times))
            rest -= times
    return tuple(chosen)


def _preferred(stored: Sequence[Stored]) -> list[Stored]:
    return sorted(stored, key=lambda table: (not table.current, -table.timeframe.duration))


def _whole(times: Intervals, table: Stored) -> Intervals:
    """The whole windows of a table in some times."""
    return Intervals.of((table.timeframe.ceil(r.start), table.timeframe.floor(r.end)) for r in times)


def _complete(windows: Windows, asked: Interval, stored: Sequence[Stored], until: int) -> Interval:
    """The windows asked for that may have candles and are over."""
    first = min((table.held.start for table in stored), default=0)
    last = max((table.held.end for table in stored), default=0)
    start = windows.floor(first) if asked.start <= windows.floor(first) else ceil(windows, asked.start)
    ends = min(last, asked.end)
    if start >= ends:
        return Interval(start, start)
    end = windows.next(ends - 1)
    return Interval(start, min(end, max(start, until)))

"""The candle tables at one moment: each pinned at the snapshot that it had when it was looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from engines.domain.changes import occupied
from engines.domain.decimals import Scale
from engines.domain.interval import BEGINNING, Interval, Intervals
from engines.domain.serving import Stored
from engines.domain.timeframe import Timeframe
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.others import changes_by_others
from engines.iceberg.state import target_state
from engines.work import Part, Rows, current_rows


@dataclass(frozen=True)
class _Pinned:
    """A table that has candles, as it was looked at.

    Attributes:
        stored: What its metadata tells; `current` says only whether others have changed it.
        sequence: Sequence number of the source snapshot that it is made from.
        rows: Its rows.
    """

    stored: Stored
    sequence: int
    rows: Rows


class StoredCandles:
    """The candle tables that have candles, pinned; those that do not exist serve nothing.

    Args:
        tables: Opens the tables.
    """

    def __init__(self, tables: Tables) -> None:
        with catalog_errors("candles"):
            found = (_pinned(tables, timeframe) for timeframe in tables.names.timeframes)
            self._pinned = tuple(pinned for pinned in found if pinned is not None)

    @cached_property
    def tables(self) -> tuple[Stored, ...]:
        """What each table can serve; current are those made from the newest trades that any of them is made from."""
        return tuple(self._told())

    @property
    def first(self) -> int:
        """Start of the first candle of all; 0 if there are none."""
        return min((table.held.start for table in self.tables), default=0)

    def parts(self, chosen: Iterable[tuple[Timeframe, Intervals]]) -> tuple[Part, ...]:
        """The rows of chosen tables, each with the times that it serves."""
        rows = {pinned.stored.timeframe: pinned.rows for pinned in self._pinned}
        return tuple(Part(rows=rows[timeframe], times=times) for timeframe, times in chosen)

    @property
    def scale(self) -> Scale | None:
        """The scale of the candles; None if there are none."""
        return self._pinned[0].rows.scale if self._pinned else None

    def _told(self) -> Iterator[Stored]:
        newest = max((pinned.sequence for pinned in self._pinned if pinned.stored.current), default=0)
        for pinned in self._pinned:
            yield replace(pinned.stored, current=pinned.stored.current and pinned.sequence == newest)


def _pinned(tables: Tables, timeframe: Timeframe) -> _Pinned | None:
    table = tables.find(tables.names.target(timeframe))
    rows = None if table is None else current_rows(table, "window_start")
    if table is None or rows is None:
        return None
    state, times = target_state(table), occupied(rows.files)
    if state.watermark is None or not times:
        return None
    first = times.span.start
    fence = BEGINNING if state.fence is None else min(timeframe.ceil(state.fence), first)
    stored = Stored(
        timeframe=timeframe,
        held=Interval(first, times.span.end - 1 + timeframe.duration),
        reach=fence,
        until=state.watermark.closed_until,
        current=not changes_by_others(state),
    )
    return _Pinned(stored, state.watermark.source_sequence_number, rows)

"""Candles of any windows, merged from the stored ones; one answer is from one snapshot of each table."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from engines.base import Engine, WindowQuery
from engines.domain.candle import SERIES
from engines.domain.interval import BEGINNING, Interval
from engines.domain.requests import Fill
from engines.domain.serving import Serving, covering, serving
from engines.domain.timeframe import MINUTE, isoformat
from engines.domain.window import FixedWindows, ceil
from engines.errors import UsageError
from engines.reading.fill import Filling, filled
from engines.reading.local_dates import with_local_dates
from engines.reading.stored import StoredCandles
from engines.work import Merging

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCandles:
    """Candles that are merged as they are read.

    Attributes:
        batches: The candles, with the columns of `domain.candle.MERGED_CANDLES`; they can be read once.
        serving: Which stored candles they are merged from.
    """

    batches: "pa.RecordBatchReader"
    serving: Serving


def merged_candles(engine: Engine, query: WindowQuery) -> MergedCandles:
    """Start to read the candles that a query asks for.

    Raises:
        UsageError: Of the time from the query's start on, only candles are left that are too long to be merged.
    """
    stored = StoredCandles(engine.tables)
    if query.fill is not Fill.NONE:
        query = replace(_of_newest_windows(query, stored), by_time=False)
    chosen = serving(query.windows, query.span, stored.tables)
    if query.start is not None and chosen.coarser:
        raise _only_coarser(query, chosen)
    scale = stored.scale or engine.tables.scale()
    order = Merging(query=query, span=chosen.span, parts=stored.parts(chosen.parts), scale=scale)
    batches = engine.read(order)
    if query.fill is not Fill.NONE:
        batches = filled(batches, _filling(engine, order, chosen, stored))
    return MergedCandles(batches=with_local_dates(batches, query.windows), serving=chosen)


def _of_newest_windows(query: WindowQuery, stored: StoredCandles) -> WindowQuery:
    """The query for as many of the newest windows as its limit says, instead of the newest rows."""
    limit = query.limit
    if limit is None:
        return query
    start, first = min(serving(query.windows, query.span, stored.tables).until, query.span.end), stored.first
    while limit and start > first:
        start, limit = query.windows.floor(start - 1), limit - 1
    return replace(query, start=max(start, query.span.start), limit=None)


def _filling(engine: Engine, order: Merging, chosen: Serving, stored: StoredCandles) -> Filling:
    query = order.query
    asked = query.span
    # Before the first candle of all there is nothing to be filled in from.
    start = None if query.start is None or query.start <= stored.first else ceil(query.windows, query.start)
    until = chosen.until if asked.end >= chosen.until else ceil(query.windows, asked.end)
    return Filling(
        windows=query.windows,
        fill=query.fill,
        start=start,
        until=until,
        before={} if start is None or start >= until else _closes(engine, order, start, stored),
    )


def _closes(engine: Engine, order: Merging, until: int, stored: StoredCandles) -> dict[tuple[str, str], Decimal]:
    """The last close price of each series before an instant: the candle of all that was before."""
    start = until - -(-(until - stored.first) // MINUTE) * MINUTE
    everything = FixedWindows(until - start, start % (until - start))
    span = Interval(start, until)
    query = replace(order.query, windows=everything, start=None, end=None)
    found = engine.read(replace(order, query=query, span=span, parts=stored.parts(covering(span, stored.tables))))
    rows = found.read_all().select([*SERIES, "close_price"]).to_pylist()
    return {(row["exchange"], row["symbol"]): row["close_price"] for row in rows}


def _only_coarser(query: WindowQuery, chosen: Serving) -> UsageError:
    kept = " and ".join(map(str, chosen.coarser))
    since = BEGINNING if query.start is None else query.start
    served = chosen.span.start < chosen.span.end
    hint = f"ask from {isoformat(chosen.span.start)} on" if served else f"ask for {chosen.coarser[0]} or longer ones"
    return UsageError(
        f"from {isoformat(since)} on only candles of {kept} are kept, too long for {query.windows}", hint=hint
    )

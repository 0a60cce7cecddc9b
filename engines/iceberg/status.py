"""`status`: every table from its metadata alone."""

from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from engines.domain.changes import occupied
from engines.domain.interval import Intervals
from engines.domain.results import TableStatus
from engines.domain.timeframe import Timeframe
from engines.domain.watermark import Watermark
from engines.iceberg.catalog import Lake, catalog_errors
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.files import live_files, spans
from engines.iceberg.state import ancestry, target_state


def table_statuses(lake: Lake, *, now: int) -> tuple[TableStatus, ...]:
    """The source, then the candle tables, finest first; a table that is missing says so."""
    source = lake.find(lake.names.source)
    with catalog_errors("status"):
        head = None if source is None else source.current_snapshot()
        files = [] if source is None else live_files(source, head)
        trades = Intervals() if source is None else occupied(spans(source, files, EVENT_TIME))
        return (
            _source_status(lake.names.source, source, files, trades),
            *(_target_status(lake, source, trades, timeframe, now) for timeframe in Timeframe),
        )


def _source_status(name: str, source: Table | None, files: list[DataFile], trades: Intervals) -> TableStatus:
    if source is None:
        return TableStatus(table=name, timeframe=None, exists=False)
    return TableStatus(
        table=name,
        timeframe=None,
        rows=sum(file.record_count for file in files),
        first=trades.span.start if trades else None,
        last=trades.span.end - 1 if trades else None,
        snapshots=len(source.metadata.snapshots),
        files=len(files),
        bytes=sum(file.file_size_in_bytes for file in files),
    )


def _target_status(lake: Lake, source: Table | None, trades: Intervals, timeframe: Timeframe, now: int) -> TableStatus:
    name = lake.names.target(timeframe)
    table = lake.find(name)
    if table is None:
        return TableStatus(table=name, timeframe=timeframe, exists=False)
    state = target_state(table)
    files = live_files(table, state.head)
    held = occupied(spans(table, files, "window_start"))
    mark = state.watermark
    head = None if source is None else source.current_snapshot()
    at_head = mark is not None and mark.source_snapshot_id == (None if head is None else head.snapshot_id)
    return TableStatus(
        table=name,
        timeframe=timeframe,
        rows=sum(file.record_count for file in files),
        first=held.span.start if held else None,
        last=held.span.end - 1 + timeframe.duration if held else None,
        source_snapshot_id=None if mark is None else mark.source_snapshot_id,
        closed_until=None if mark is None else mark.closed_until,
        fence=state.fence,
        up_to_date=at_head,
        lag_trades=None if source is None or mark is None else _lag_trades(source, mark.source_snapshot_id),
        lag_microseconds=None if mark is None else lag(timeframe, mark, trades, at_head=at_head, now=now),
        snapshots=len(table.metadata.snapshots),
        files=len(files),
        bytes=sum(file.file_size_in_bytes for file in files),
    )


def lag(timeframe: Timeframe, mark: Watermark, trades: Intervals, *, at_head: bool, now: int) -> int:
    """Microseconds that a table is behind: 0 while no closed window waits for its candle.

    A source at rest makes nobody late.
    """
    closed_since = Intervals.of([(mark.closed_until, timeframe.floor(now))]) & trades
    return 0 if at_head and not closed_since else max(0, now - mark.closed_until)


def _lag_trades(source: Table, since: int | None) -> int | None:
    """Rows that the source's snapshots added since; None when its history does not reach back that far."""
    added = 0
    for snapshot in ancestry(source, source.current_snapshot()):
        if snapshot.snapshot_id == since:
            return added
        counts = {} if snapshot.summary is None else snapshot.summary.additional_properties
        added += int(counts.get("added-records", "0"))
    return added if since is None else None

"""`status`: the state of every table, from metadata alone."""

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation

from engines.domain.changes import occupied, rows_from_before
from engines.domain.plan import rebuild_reason
from engines.domain.results import SnapshotChange, TableStatus
from engines.domain.timeframe import Timeframe
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.files import live_files, spans
from engines.iceberg.lag import Trades, at_head, lag
from engines.iceberg.others import changes_by_others
from engines.iceberg.state import TargetState, ancestry, remade_column, target_state


def table_statuses(tables: Tables, *, now: int) -> tuple[TableStatus, ...]:
    """Status of the source and of the candle tables, finest first; missing tables are marked as such."""
    source = tables.find(tables.names.source)
    with catalog_errors("status"):
        trades = None if source is None else Trades.of(source, tables.trades.mapping)
        return (
            _source_status(tables.names.source, trades),
            *(_target_status(tables, trades, timeframe, now) for timeframe in tables.names.timeframes),
        )


def _source_status(name: str, trades: Trades | None) -> TableStatus:
    if trades is None:
        return TableStatus(table=name, timeframe=None, exists=False)
    times, files = trades.times, trades.files
    return TableStatus(
        table=name,
        timeframe=None,
        rows=sum(file.record_count for file in files),
        first=times.span.start if times else None,
        last=times.span.end - 1 if times else None,
        snapshots=len(trades.table.metadata.snapshots),
        metadata_bytes=len(trades.table.io.new_input(trades.table.metadata_location)),
        files=len(files),
        bytes=sum(file.file_size_in_bytes for file in files),
    )


def _target_status(tables: Tables, trades: Trades | None, timeframe: Timeframe, now: int) -> TableStatus:
    name = tables.names.target(timeframe)
    table = tables.find(name)
    if table is None:
        return TableStatus(table=name, timeframe=timeframe, exists=False)
    state = target_state(table)
    files = live_files(table, state.head)
    held = occupied(spans(table, files, "window_start"))
    mark, others = state.watermark, changes_by_others(state)
    frozen_until = None if state.fence is None else timeframe.ceil(state.fence)
    return TableStatus(
        table=name,
        timeframe=timeframe,
        rows=sum(file.record_count for file in files),
        first=held.span.start if held else None,
        last=held.span.end - 1 + timeframe.duration if held else None,
        source_snapshot_id=None if mark is None else mark.source_snapshot_id,
        closed_until=None if mark is None else mark.closed_until,
        fence=state.fence,
        trades_before=0 if trades is None else rows_from_before(trades.spans, frozen_until),
        others=tuple(map(SnapshotChange.of, others)),
        up_to_date=at_head(mark, trades) and not _obsolete(tables, trades, state) and not others,
        lag_trades=None if trades is None or mark is None else _lag_trades(trades.table, mark.source_snapshot_id),
        lag_microseconds=None if trades is None else lag(timeframe, state, trades, now=now),
        snapshots=len(table.metadata.snapshots),
        metadata_bytes=len(table.io.new_input(table.metadata_location)),
        files=len(files),
        bytes=sum(file.file_size_in_bytes for file in files),
    )


def _obsolete(tables: Tables, trades: Trades | None, state: TargetState) -> bool:
    """Whether the next run will make all candles anew."""
    if trades is None:
        return False
    reason = rebuild_reason(state.watermark, str(trades.table.metadata.table_uuid), tables.identity(trades.table))
    return bool(reason or remade_column(state))


def _lag_trades(source: Table, since: int | None) -> int | None:
    """Rows that the source's snapshots have added since one; None if the history does not reach back to it."""
    added = 0
    for snapshot in ancestry(source, source.current_snapshot()):
        if snapshot.snapshot_id == since:
            return added
        if snapshot.summary is not None and snapshot.summary.operation is Operation.REPLACE:
            continue
        counts = {} if snapshot.summary is None else snapshot.summary.additional_properties
        added += int(counts.get("added-records", "0"))
    return added if since is None else None

"""`k2 ohlcv aggregate`: bring the candle tables exactly up to date."""

from collections.abc import Sequence

from engines.base import Engine, Observer, RefreshRequest
from engines.domain.results import TableRefresh
from engines.domain.timeframe import Timeframe, to_datetime
from k2cli.clock import Clock
from k2cli.reports import AggregatedTable, AggregateReport, Source


def aggregate(
    engine: Engine, clock: Clock, *, timeframes: Sequence[Timeframe], run_id: str, grace: int, observer: Observer
) -> AggregateReport:
    """Run one refresh.

    Args:
        engine: What does it.
        clock: Asked once: its answer decides which windows are closed.
        timeframes: The tables; none means all.
        run_id: Identity of the run.
        grace: Microseconds after its end before a window counts as closed.
        observer: Hears how far it is.
    """
    now = clock()
    wanted = tuple(dict.fromkeys(timeframes)) or tuple(Timeframe)
    refresh = engine.aggregate(RefreshRequest(timeframes=wanted, now=now, run_id=run_id, grace=grace), observer)
    return AggregateReport(
        exit_code=refresh.exit_code,
        now=to_datetime(now),
        source=Source(table=refresh.source_table, snapshot_id=refresh.source_snapshot_id),
        tables=tuple(map(aggregated_table, refresh.tables)),
    )


def aggregated_table(table: TableRefresh) -> AggregatedTable:
    """An engine's result as a report tells it: times as times."""
    return AggregatedTable(
        table=table.table,
        timeframe=table.timeframe,
        status=table.status,
        origin=table.origin,
        reason=table.reason,
        intervals=tuple((to_datetime(i.start), to_datetime(i.end)) for i in table.intervals),
        windows=table.windows,
        candles_written=table.candles_written,
        candles_removed=table.candles_removed,
        trades_read=table.trades_read,
        duplicates=table.duplicates,
        rejected={rejected.reason: rejected.count for rejected in table.rejected},
        frozen=table.frozen,
        data_files_read=table.data_files_read,
        bytes_read=table.bytes_read,
        bytes_written=table.bytes_written,
        snapshot_id=table.snapshot_id,
        source_snapshot_id=table.source_snapshot_id,
        seconds=table.seconds,
        error=table.error,
    )

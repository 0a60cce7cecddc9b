"""`k2 ohlcv compact`: merge the data files of each partition into one."""

from engines.base import Observer
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import TableCompaction, UpkeepStatus
from engines.lake import Lake
from k2cli.reports import CompactedTable, CompactReport


def compact(lake: Lake, timeframes: tuple[Timeframe, ...], *, run_id: str, observer: Observer) -> CompactReport:
    """Merge the data files of each partition that has several, and files of trades that no import can take back."""
    outcome = lake.compact(timeframes, run_id=run_id, observer=observer)
    merged = outcome.trades
    trades = () if merged is None or merged.status is UpkeepStatus.NOTHING else (merged,)
    return CompactReport(exit_code=outcome.exit_code, tables=tuple(map(_compacted, (*outcome.tables, *trades))))


def _compacted(table: TableCompaction) -> CompactedTable:
    return CompactedTable(
        table=table.table,
        timeframe=table.timeframe,
        status=table.status,
        partitions=table.partitions,
        rows=table.rows,
        files_before=table.files_before,
        files_after=table.files_after,
        bytes_before=table.bytes_before,
        bytes_after=table.bytes_after,
        error=str(table.failure or ""),
        failure=table.failure,
    )

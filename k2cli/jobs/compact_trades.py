"""`k2 trades compact`: merge files of the table of trades."""

from engines.base import Observer
from engines.domain.orders import MergeRequest
from engines.lake import Lake
from k2cli.reports import CompactTradesReport


def compact_trades(lake: Lake, request: MergeRequest, observer: Observer) -> CompactTradesReport:
    """Merge files of trades and drop exact copies; no candle changes."""
    merge = lake.merge_trades(request, observer)
    return CompactTradesReport(
        table=merge.table,
        status=merge.status,
        rows_before=merge.rows_before,
        copies_dropped=merge.copies_dropped,
        files_before=merge.files_before,
        files_after=merge.files_after,
        bytes_before=merge.bytes_before,
        bytes_after=merge.bytes_after,
        bytes_written=merge.bytes_written,
        snapshot_id=merge.snapshot_id,
    )

"""`k2 trades undo` and `delete`: take trades out of the table of trades."""

from typing import Any

from engines.base import Observer
from engines.domain.interval import EVER
from engines.domain.orders import DeleteRequest, Removal, UndoRequest
from engines.domain.timeframe import to_datetime
from engines.lake import Lake
from k2cli.reports import DeleteReport, TouchedCandles, UndoReport


def undo(lake: Lake, request: UndoRequest, observer: Observer) -> UndoReport:
    """Take an import back, or only tell what would go."""
    removal = lake.undo(request, observer)
    return UndoReport(import_id=removal.import_id, **_told(removal, dry_run=request.dry_run))


def delete(lake: Lake, request: DeleteRequest, observer: Observer) -> DeleteReport:
    """Take trades of a series out, or only tell what would go."""
    removal = lake.delete_trades(request, observer)
    whole = request.times == EVER
    return DeleteReport(
        exchange=request.exchange,
        symbol=request.symbol,
        whole_series=whole,
        **_told(removal, dry_run=request.dry_run),
    )


def _told(removal: Removal, *, dry_run: bool) -> dict[str, Any]:
    """What the reports of all removals have."""
    span = removal.span
    return {
        "dry_run": dry_run,
        "table": removal.table,
        "status": removal.status,
        "trades": removal.trades,
        "held": removal.held,
        "first": None if span is None else to_datetime(span.start),
        "last": None if span is None else to_datetime(span.end - 1),
        "touched": tuple(
            TouchedCandles(timeframe=one.timeframe, candles=one.candles, frozen=one.frozen) for one in removal.touched
        ),
        "files_dropped": removal.files_dropped,
        "files_rewritten": removal.files_rewritten,
        "bytes_written": removal.bytes_written,
        "snapshot_id": removal.snapshot_id,
    }

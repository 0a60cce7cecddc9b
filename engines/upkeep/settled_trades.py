"""Files of trades that nobody can ask back as an import any more: `compact` merges them, so that runs stay short."""

from engines.base import Engine
from engines.domain.interval import EVER
from engines.domain.orders import MergeRequest
from engines.domain.requests import Observer
from engines.domain.upkeep import TableCompaction, UpkeepStatus
from engines.errors import K2Error, Refused
from engines.upkeep.merge_trades import merge_trades
from engines.upkeep.own_trades import is_ours


def merge_settled(engine: Engine, run_id: str, observer: Observer) -> TableCompaction | None:
    """Merge files of trades whose snapshots have expired; None if the table is none of ours.

    `undo` needs the snapshot of an import, so it could not take these back anyway.

    Args:
        engine: The engine, for its tables.
        run_id: Id of the run.
        observer: Is told why a table of ours is left as it is, where others have changed its form.
    """
    name = engine.tables.names.source
    try:
        if not is_ours(engine.tables):
            return None
        merge = merge_trades(engine, MergeRequest(times=EVER, run_id=run_id, settled=True), observer)
    except Refused as refused:
        observer.said(f"files of trades stay as they are: {refused.message}")
        return None
    except K2Error as error:
        return TableCompaction(table=name, timeframe=None, status=UpkeepStatus.FAILED, failure=error.failure)
    return TableCompaction(
        table=name,
        timeframe=None,
        status=merge.status,
        rows=merge.rows_before - merge.copies_dropped,
        files_before=merge.files_before,
        files_after=merge.files_after,
        bytes_before=merge.bytes_before,
        bytes_after=merge.bytes_after,
    )

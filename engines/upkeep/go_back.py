"""`restore --snapshot`, `--before`: an older snapshot of a candle table becomes current again, with its own fence."""

from dataclasses import replace
from functools import partial

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.base import Engine
from engines.domain.requests import Observer
from engines.domain.timeframe import Timeframe, isoformat
from engines.domain.upkeep import Return, ReturnRequest, TableReturn, UpkeepStatus
from engines.errors import CommitStateUnknown, Unavailable, UsageError, ValidationFailed
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.damage import missing_files, unreadable_history
from engines.iceberg.files import live_files
from engines.iceberg.landing import asked_again
from engines.iceberg.repair import make_head
from engines.iceberg.state import fence_at, target_state
from engines.upkeep.each_table import each_table


def go_back(engine: Engine, request: ReturnRequest, observer: Observer) -> Return:
    """Go back in each table of the request, finest first.

    Raises:
        TableMissing: A table does not exist.
    """
    work = partial(_go_back, engine, request)
    return Return(tables=each_table(engine, request.timeframes, observer, work, TableReturn))


def _go_back(engine: Engine, request: ReturnRequest, timeframe: Timeframe) -> TableReturn:
    name = engine.tables.names.target(timeframe)
    with catalog_errors(f"restore {name}"):
        state = target_state(engine.tables.target(timeframe))
        snapshot = _wanted(state.table, name, request)
        _check(state.table, name, snapshot)
    result = TableReturn(
        table=name,
        timeframe=timeframe,
        status=UpkeepStatus.PLANNED,
        left=None if state.head is None else state.head.snapshot_id,
        snapshot_id=snapshot.snapshot_id,
        committed=snapshot.timestamp_ms * 1000,
        fence_left=state.fence,
        fence=fence_at(state.table, snapshot),
    )
    if result.left == result.snapshot_id:
        return replace(result, status=UpkeepStatus.NOTHING)
    if request.dry_run:
        return result
    try:
        make_head(state.table, snapshot)
    except (Unavailable, CommitStateUnknown) as error:
        # The answer may be lost, and the commit stand all the same.
        table = asked_again(engine.tables, name, error)
        if table is None or table.current_snapshot() != snapshot:
            raise
    return replace(result, status=UpkeepStatus.DONE)


def _wanted(table: Table, name: str, request: ReturnRequest) -> Snapshot:
    """The snapshot to go back to: the one that is named, or the newest one that was current before the instant.

    Raises:
        UsageError: It is not kept.
    """
    if request.snapshot is not None:
        named = table.metadata.refs.get(request.snapshot)
        wanted = named.snapshot_id if named else int(request.snapshot) if request.snapshot.isdecimal() else 0
        found = table.metadata.snapshot_by_id(wanted)
        told = f"snapshot {request.snapshot}"
    else:
        instant = request.before or 0
        current = (e.snapshot_id for e in reversed(table.metadata.snapshot_log) if e.timestamp_ms * 1000 < instant)
        found = next((s for one in current if (s := table.metadata.snapshot_by_id(one)) is not None), None)
        told = f"snapshot from before {isoformat(instant)}"
    if found is None:
        kept = sorted(table.metadata.snapshots, key=lambda snapshot: snapshot.timestamp_ms)
        oldest = f", the oldest is {_told(kept[0])}, the newest {_told(kept[-1])}" if kept else ""
        raise UsageError(
            f"{name} has no {told}: it keeps {len(kept)}{oldest}",
            hint="[snapshots] says how long they are kept; without --snapshot and --before all is made of the trades",
        )
    return found


def _told(snapshot: Snapshot) -> str:
    return f"{snapshot.snapshot_id} of {isoformat(snapshot.timestamp_ms * 1000)}"


def _check(table: Table, name: str, snapshot: Snapshot) -> None:
    """Raise ValidationFailed if the snapshot cannot be read, or data files of it are missing."""
    problem = unreadable_history(table, snapshot)
    missing = [] if problem else missing_files(table, [file.file_path for file in live_files(table, snapshot)])
    if problem or missing:
        found = problem or f"{len(missing)} data files are missing, the first one {missing[0]}"
        raise ValidationFailed(
            f"{name}: snapshot {snapshot.snapshot_id} is not whole: {found}", hint="choose another, or make all anew"
        )

"""`trades undo`: takes an import back, by removing the data files that it added."""

from dataclasses import replace

from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.snapshots import Snapshot

from engines.base import Engine
from engines.domain.changes import occupied
from engines.domain.orders import KEY_ORDER, KEY_UNDONE, Order, Removal, UndoRequest
from engines.domain.requests import Observer
from engines.domain.timeframe import isoformat
from engines.domain.upkeep import UpkeepStatus
from engines.domain.watermark import KEY_ENGINE, KEY_RUN, KEY_VERSION
from engines.errors import Conflict, Refused, UsageError
from engines.faults import Point, passing
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_files, spans
from engines.iceberg.import_history import Import, added_files, all_kept, imports, rewritten_by, undone_by
from engines.iceberg.state import summary
from engines.iceberg.trade_reading import WHERE, stored_rows
from engines.upkeep.replacement import Replacement
from engines.upkeep.touched import TouchedMinutes

_LISTED = 5
"""Imports that are named where the one asked for is not known."""

_LEAST = 4
"""Characters of a run's id that tell which, if no other begins with them."""


def undo(engine: Engine, request: UndoRequest, observer: Observer) -> Removal:
    """Remove the trades of an import in one snapshot; candles follow at the next refresh.

    Each import stores all of its trades, those too that the table has already: a trade that another import delivered
    as well stays.

    Raises:
        TableMissing: The source table does not exist.
        UsageError: No import of that run is known.
        Refused: It was taken back already, or its files were rewritten together with other trades.
        Conflict: Others changed the table at each of the attempts.
    """
    name = engine.tables.names.source
    for _ in range(engine.config.attempts):
        with catalog_errors(f"undo an import into {name}"):
            table = engine.tables.source()
            found = _import(table, request.import_id)
            files = _files(table, found)
            removal = replace(_planned(engine, table, files, observer), import_id=found.run_id)
        if request.dry_run or not files:
            return removal
        passing(Point.REMOVING)
        config = engine.config
        marks = {KEY_ORDER: Order.UNDO, KEY_UNDONE: found.run_id, KEY_RUN: request.run_id}
        replacement = Replacement(
            engine.tables,
            removed=files,
            writer=DataFileWriter(table),
            summary={**marks, KEY_ENGINE: engine.name, KEY_VERSION: config.version},
        )
        snapshot_id = replacement.commit(config.attempts, observer)
        if snapshot_id is not None:
            return replace(removal, status=UpkeepStatus.DONE, snapshot_id=snapshot_id)
    raise Conflict(f"undo an import into {name}: others rewrite its files again and again", hint="try again later")


def _import(table: Table, run_id: str) -> Import:
    """The import of a run, which was not taken back; the run's id may be cut short as long as it tells which."""
    name = ".".join(table.name())
    known = list(imports(table))
    found = [one for one in known if one.run_id.startswith(run_id)] if len(run_id) >= _LEAST else []
    if len(found) != 1:
        latest = ", ".join(f"{one.run_id} ({isoformat(one.time)}, {one.rows:,} trades)" for one in known[:_LISTED])
        raise UsageError(
            f"{name} knows {f'{len(found)} imports' if found else 'no import'} of a run {run_id!r}",
            hint=f"the latest are {latest}" if latest else "its history tells of no import by k2",
        )
    undone = undone_by(table, found[0].run_id)
    if undone is not None:
        raise Refused(
            f"the import {found[0].run_id} into {name} was taken back already, by run {undone}",
            hint="import its files again to have their trades back",
        )
    return found[0]


def _files(table: Table, found: Import) -> list[DataFile]:
    """The files of an import that are still in the table; those that were removed whole have no trades left."""
    live = {file.file_path: file for file in live_files(table, table.current_snapshot())}
    added = added_files(table, found.snapshot)
    gone = {file.file_path for file in added} - live.keys()
    moved = rewritten_by(table, gone, found.snapshot) if gone else None
    if moved is not None or (gone and not all_kept(table, found.snapshot)):
        span = occupied(spans(table, added, EVENT_TIME)).span
        raise Refused(
            f"the import {found.run_id} cannot be taken back: {_became(moved)}",
            hint="take the trades out by their times: k2 trades delete --exchange … --symbol …"
            f" --from {isoformat(span.start)} --to {isoformat(span.end)}, and import again what is to stay",
        )
    return [live[file.file_path] for file in added if file.file_path in live]


def _became(moved: Snapshot | None) -> str:
    """What became of files that are not in the table any more; without the snapshot they may have been rewritten."""
    if moved is None:
        return "files of it are gone, and so are the snapshots that told whether others have its trades now"
    words: dict[str, str] = {
        Order.COMPACT: "merged with others by k2 trades compact",
        Order.DELETE: "written anew by k2 trades delete",
    }
    what = words.get(summary(moved).get(KEY_ORDER, ""), "rewritten by another writer")
    return f"files of it were {what} at {isoformat(moved.timestamp_ms * 1000)} (snapshot {moved.snapshot_id})"


def _planned(engine: Engine, table: Table, files: list[DataFile], observer: Observer) -> Removal:
    """What would go: the rows of these files."""
    held = sum(file.record_count for file in live_files(table, table.current_snapshot()))
    rows = sum(file.record_count for file in files)
    minutes = TouchedMinutes()
    observer.started("trades", rows)
    for file in files:
        for batch in stored_rows(table, FileScanTask(file), WHERE):
            minutes.add(batch)
        observer.advanced("trades", file.record_count)
    observer.finished("trades")
    times = occupied(spans(table, files, EVENT_TIME))
    return Removal(
        table=engine.tables.names.source,
        status=UpkeepStatus.PLANNED if files else UpkeepStatus.NOTHING,
        trades=rows,
        held=held,
        span=times.span if times else None,
        touched=minutes.candles(engine.tables) if files else (),
        files_dropped=len(files),
    )

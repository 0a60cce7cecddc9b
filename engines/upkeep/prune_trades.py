"""Snapshots of the table of trades that nothing needs any more: every append leaves one."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from pyiceberg.table import Table

from engines.base import Engine
from engines.domain.imports import KEY_FILES
from engines.domain.orders import merged_of
from engines.domain.requests import Observer
from engines.domain.retention import PruneRequest, SnapshotAge, expirable
from engines.domain.upkeep import TradesPrune, UpkeepStatus
from engines.errors import K2Error
from engines.iceberg.catalog import Tables
from engines.iceberg.former_versions import fewer_versions
from engines.iceberg.state import ancestry, summary, target_state
from engines.upkeep.cleaning import Cleaning
from engines.upkeep.own_trades import is_ours

IMPORTS = 200
"""Snapshots of imports that are kept, the newest ones: they tell which files the table has."""


def prune_trades(engine: Engine, request: PruneRequest, observer: Observer) -> TradesPrune | None:
    """Expire snapshots of the table of trades, and delete what only they held; None if the table is none of ours.

    Args:
        engine: The engine, for its tables.
        request: The request of the run; how many snapshots are kept is the same for all tables.
        observer: Receives messages on retries.
    """
    name = engine.tables.names.source
    try:
        if not is_ours(engine.tables):
            return None
    except K2Error as error:
        return TradesPrune(table=name, status=UpkeepStatus.FAILED, failure=error.failure)
    cleaning = _Cleaning(engine, request, observer, TradesPrune(table=name))
    if request.dry_run:
        return cleaning.take(cleaning.plan)
    return cleaning.take(cleaning.expire, cleaning.shorten, cleaning.sweep)


class _Cleaning(Cleaning[TradesPrune]):
    """Cleaning of the table of trades."""

    def load(self) -> Table:
        return self.engine.tables.source()

    def expiring(self, table: Table) -> list[int]:
        return expirable_trades(table, _watermarks(self.engine.tables), self.request)

    def plan(self) -> None:
        """Only look."""
        table = self.load()
        expiring, lost, versions = len(self.expiring(table)), len(self.lost(table)), fewer_versions(table)
        self.result = replace(
            self.result,
            status=UpkeepStatus.PLANNED if expiring or lost or versions else UpkeepStatus.NOTHING,
            snapshots_expired=expiring,
            orphans_deleted=lost,
            versions=versions,
        )


def _watermarks(tables: Tables) -> Iterator[int]:
    """The snapshots of the trades that candle tables are up to."""
    for timeframe in tables.names.timeframes:
        table = tables.find(tables.names.target(timeframe))
        mark = None if table is None else target_state(table).watermark
        if mark is not None and mark.source_snapshot_id is not None:
            yield mark.source_snapshot_id


def expirable_trades(table: Table, watermarks: Iterator[int], request: PruneRequest) -> list[int]:
    """Ids of the snapshots that may be expired.

    Never expired are heads of branches, tagged snapshots, those from the head to the oldest watermark, which the next
    run goes through, the newest of those that tell of imports, and merges as long as one of these needs them.

    Args:
        table: The table of trades.
        watermarks: The snapshots that candle tables are up to.
        request: Says how many are kept.
    """
    metadata = table.metadata
    marked = set(watermarks)
    line = [snapshot.snapshot_id for snapshot in ancestry(table, table.current_snapshot())]
    oldest = max((place for place, snapshot_id in enumerate(line) if snapshot_id in marked), default=-1)
    imports = (s.snapshot_id for s in reversed(metadata.snapshots) if KEY_FILES in summary(s))
    protected = {
        *marked,
        *line[: oldest + 1],
        *islice(imports, IMPORTS),
        *(ref.snapshot_id for ref in metadata.refs.values()),
    }
    ages = [SnapshotAge(s.snapshot_id, s.timestamp_ms * 1000) for s in metadata.snapshots]
    going = expirable(ages, protected, now=request.now, keep=request.keep_snapshots, keep_age=request.keep_age)
    needed = _with_merges(table, {snapshot.snapshot_id for snapshot in metadata.snapshots} - set(going))
    return [snapshot_id for snapshot_id in going if snapshot_id not in needed]


def _with_merges(table: Table, kept: Collection[int]) -> set[int]:
    """The kept imports that tell of files, and the merges that files of theirs went into, one by way of another.

    Any other merge may go: kept, it would hold all files of its day on the disk.
    """
    needed = {s.snapshot_id for s in table.metadata.snapshots if s.snapshot_id in kept and KEY_FILES in summary(s)}
    for snapshot in sorted(table.metadata.snapshots, key=lambda s: s.sequence_number or 0):
        if merged_of(summary(snapshot)).keys() & needed:
            needed.add(snapshot.snapshot_id)
    return needed

"""One run of `aggregate`: state, changes, plan, rebuild, for each table, finest first; again after a conflict."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Protocol

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.domain.changes import FileSpan, occupied
from engines.domain.interval import Intervals
from engines.domain.plan import TablePlan, plan_table
from engines.domain.requests import EngineConfig, Observer, RefreshRequest
from engines.domain.results import Origin, Refresh, Rejected, Status, TableRefresh
from engines.domain.timeframe import FINEST, Timeframe
from engines.domain.watermark import Watermark
from engines.errors import Conflict, K2Error
from engines.iceberg.catalog import Lake, catalog_errors
from engines.iceberg.changes import EVENT_TIME, source_changes
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_files, spans
from engines.iceberg.publish import publish
from engines.iceberg.schema import check_source
from engines.iceberg.state import TargetState, ancestry, target_state

_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of a table at a snapshot, and where they are in time.

    Attributes:
        table: The table's handle.
        snapshot_id: The snapshot to read.
        files: Its live data files.
    """

    table: Table
    snapshot_id: int
    files: tuple[FileSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """What an engine is to do to one table.

    Attributes:
        plan: What is recomputed.
        target: The table as it was seen; commits go through its handle.
        origin: Whether `rows` are trades or candles of the finest timeframe.
        rows: What to read; None where there is nothing to read.
        now: The run's clock, for created_at and updated_at.
        summary: Keys for the new snapshot's summary.
    """

    plan: TablePlan
    target: TargetState
    origin: Origin
    rows: Rows | None
    now: int
    summary: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What an engine did. The fields mean what they mean in `TableRefresh`."""

    snapshot_id: int
    candles_written: int = 0
    candles_removed: int = 0
    trades_read: int = 0
    duplicates: int = 0
    rejected: tuple[Rejected, ...] = ()
    data_files_read: int = 0
    bytes_read: int = 0
    bytes_written: int = 0


class Rebuilder(Protocol):
    """As much of an engine as a refresh needs."""

    name: ClassVar[str]
    config: EngineConfig
    lake: Lake

    def rebuild(self, work: Rebuild, observer: Observer) -> Rebuilt:
        """See `engines.base.Engine.rebuild`."""


class Source:
    """The trades, pinned at one snapshot for the whole run.

    Attributes:
        table: The handle.
        head: The pinned snapshot; None where the table is empty.
    """

    def __init__(self, lake: Lake) -> None:
        self.table = lake.source()
        check_source(self.table)
        self.head: Snapshot | None = self.table.current_snapshot()

    @cached_property
    def files(self) -> tuple[FileSpan, ...]:
        """The spans of the live files at the head."""
        with catalog_errors("manifests of the trades"):
            return tuple(spans(self.table, live_files(self.table, self.head), EVENT_TIME))

    def knows(self, snapshot_id: int | None) -> bool:
        """Is the snapshot the head or an ancestor of it?"""
        return snapshot_id is None or any(s.snapshot_id == snapshot_id for s in ancestry(self.table, self.head))

    def mark(self, plan: TablePlan) -> Watermark:
        """The watermark of a table that was brought up to the head."""
        return Watermark(
            source_uuid=str(self.table.metadata.table_uuid),
            source_snapshot_id=None if self.head is None else self.head.snapshot_id,
            source_sequence_number=0 if self.head is None else self.head.sequence_number or 0,
            closed_until=plan.closed_until,
            fence=plan.fence,
        )


@dataclass
class _Run:
    engine: Rebuilder
    request: RefreshRequest
    observer: Observer
    source: Source


def refresh(engine: Rebuilder, request: RefreshRequest, observer: Observer) -> Refresh:
    """Bring the tables asked for up to date; a table that fails does not keep the others from it.

    Raises:
        TableMissing: The source or a target is not there.
        UsageError: The source cannot be read as trades.
    """
    run = _Run(engine, request, observer, Source(engine.lake))
    for timeframe in request.timeframes:
        engine.lake.target(timeframe)
    results: list[TableRefresh] = []
    exit_code = 0
    for timeframe in sorted(set(request.timeframes), key=lambda t: t.duration):
        started = time.perf_counter()
        try:
            result = _with_retries(run, timeframe)
        except K2Error as error:
            exit_code = exit_code or error.exit_code
            result = TableRefresh(
                table=engine.lake.names.target(timeframe),
                timeframe=timeframe,
                status=Status.FAILED,
                error=f"{error.message}; {error.hint}" if error.hint else error.message,
            )
        finally:
            observer.finished(timeframe.value)
        results.append(replace(result, seconds=time.perf_counter() - started))
    head = run.source.head
    return Refresh(
        source_table=engine.lake.names.source,
        source_snapshot_id=None if head is None else head.snapshot_id,
        tables=tuple(results),
        exit_code=exit_code,
    )


def _with_retries(run: _Run, timeframe: Timeframe) -> TableRefresh:
    """After a conflict: wait, look at everything anew, plan again."""
    for attempt in range(1, run.engine.config.attempts + 1):
        try:
            return _refresh_table(run, timeframe)
        except Conflict as conflict:
            if attempt == run.engine.config.attempts:
                raise
            run.observer.said(f"{conflict.message}; starting again ({attempt}/{run.engine.config.attempts - 1})")
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)
            time.sleep(random.uniform(wait / 2, wait))  # noqa: S311 - spreads writers, guards nothing
            run.source = Source(run.engine.lake)
    raise AssertionError("unreachable")


def _refresh_table(run: _Run, timeframe: Timeframe) -> TableRefresh:
    target = target_state(run.engine.lake.target(timeframe))
    _keep_up(run, target.watermark)
    source = run.source
    candles = _held(target)
    plan = plan_table(
        timeframe,
        watermark=target.watermark,
        changes=source_changes(source.table, source.head, target.watermark),
        files=source.files,
        candles=candles,
        now=run.request.now,
        grace=run.request.grace,
    )
    mark = source.mark(plan)
    head_id = None if target.head is None else target.head.snapshot_id
    result = TableRefresh(
        table=run.engine.lake.names.target(timeframe),
        timeframe=timeframe,
        status=Status.UP_TO_DATE,
        reason=plan.reason,
        intervals=plan.intervals,
        windows=plan.windows,
        frozen=plan.frozen,
        snapshot_id=head_id,
        source_snapshot_id=mark.source_snapshot_id,
    )
    if plan.idle:
        return result
    config = run.engine.config
    summary = mark.summary(engine=run.engine.name, run_id=run.request.run_id, version=config.version)
    if not plan.intervals:
        with catalog_errors(f"commit to {result.table}"):
            moved = publish(
                run.engine.lake, target.table, removed=(), writer=DataFileWriter(target.table), summary=summary
            )
        return replace(result, snapshot_id=moved)
    origin, rows = _origin(run, timeframe, plan)
    run.observer.started(timeframe.value, sum(f.rows for f in _overlapping(rows.files, plan)) if rows else 0)
    work = Rebuild(plan=plan, target=target, origin=origin, rows=rows, now=run.request.now, summary=summary)
    rebuilt = run.engine.rebuild(work, run.observer)
    changed = rebuilt.candles_written or rebuilt.candles_removed
    return replace(
        result,
        status=Status.UPDATED if changed else Status.UP_TO_DATE,
        origin=origin,
        candles_written=rebuilt.candles_written,
        candles_removed=rebuilt.candles_removed,
        trades_read=rebuilt.trades_read,
        duplicates=rebuilt.duplicates,
        rejected=rebuilt.rejected,
        data_files_read=rebuilt.data_files_read,
        bytes_read=rebuilt.bytes_read,
        bytes_written=rebuilt.bytes_written,
        snapshot_id=rebuilt.snapshot_id,
    )


def _keep_up(run: _Run, watermark: Watermark | None) -> None:
    """Another run may have brought the table further than the snapshot pinned here: never take it back."""
    if watermark is None or run.source.knows(watermark.source_snapshot_id):
        return
    newer = Source(run.engine.lake)
    if newer.knows(watermark.source_snapshot_id):
        run.source = newer


def _held(target: TargetState) -> Intervals:
    """The times where the table has candles, from metadata."""
    with catalog_errors("manifests of the candles"):
        return occupied(spans(target.table, live_files(target.table, target.head), "window_start"))


def _overlapping(files: Sequence[FileSpan], plan: TablePlan) -> list[FileSpan]:
    return [f for f in files if plan.intervals.overlaps(f.interval.start, f.interval.end)]


def _origin(run: _Run, timeframe: Timeframe, plan: TablePlan) -> tuple[Origin, Rows | None]:
    """Finest candles where they are made of the same trades and reach as far; the trades otherwise."""
    source = run.source
    if source.head is None:
        return Origin.TRADES, None
    if timeframe is not FINEST:
        finest = _finest_rows(run, plan)
        if finest is not None:
            return Origin.CANDLES, finest
    return Origin.TRADES, Rows(table=source.table, snapshot_id=source.head.snapshot_id, files=source.files)


def _finest_rows(run: _Run, plan: TablePlan) -> Rows | None:
    table = run.engine.lake.find(run.engine.lake.names.target(FINEST))
    state = None if table is None else target_state(table)
    if table is None or state is None or state.marked is None or state.watermark is None:
        return None
    mark, wanted, span = state.watermark, run.source.mark(plan), plan.intervals.span
    same_source = (mark.source_uuid, mark.source_snapshot_id, mark.algebra) == (
        wanted.source_uuid,
        wanted.source_snapshot_id,
        wanted.algebra,
    )
    if not same_source or mark.closed_until < span.end or (mark.fence is not None and mark.fence > span.start):
        return None
    files = tuple(spans(table, live_files(table, state.marked), "window_start"))
    return Rows(table=table, snapshot_id=state.marked.snapshot_id, files=files)

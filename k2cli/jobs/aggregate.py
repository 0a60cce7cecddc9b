"""`k2 ohlcv aggregate`: bring the candle tables exactly up to date."""

from dataclasses import dataclass

from engines.base import Observer, RefreshRequest
from engines.domain.results import Status, TableRefresh
from engines.domain.timeframe import Timeframe, isoformat
from engines.errors import UsageError
from engines.lake import Lake
from k2cli.exit_codes import ExitCode
from k2cli.language.times import calendar_time
from k2cli.reports import AggregatedTable, AggregateReport, Source
from k2cli.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Times to recompute even if nothing changed there; `RefreshRequest` explains the fields."""

    start: int | None = None
    end: int | None = None
    lookback: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Options of a run; `RefreshRequest` explains the fields."""

    rebuild: bool = False
    include_open: bool = False
    incremental_only: bool = False
    dry_run: bool = False


def request(
    settings: Settings, timeframes: tuple[Timeframe, ...], span: Span, mode: Mode, *, now: int, run_id: str
) -> RefreshRequest:
    """Return the refresh request of a run.

    Args:
        settings: Settings that hold the grace, the trades' retention, and what to do about removed trades.
        timeframes: Timeframes of the tables to update.
        span: Times to recompute besides those that changed.
        mode: Options of the run.
        now: The time of the run, microseconds; it decides which windows are closed.
        run_id: Identity of the run.

    Raises:
        UsageError: Options contradict each other, or no window after the start has closed yet.
    """
    _refuse_contradictions(span, mode, now)
    return RefreshRequest(
        timeframes=timeframes,
        now=now,
        run_id=run_id,
        grace=settings.grace,
        removed=settings.trades.removed,
        removed_limit=settings.trades.removed_limit,
        trades_retention=settings.trades.retention,
        others=settings.candles.others,
        start=span.start,
        end=span.end,
        lookback=span.lookback,
        rebuild=mode.rebuild,
        include_open=mode.include_open,
        incremental_only=mode.incremental_only,
        dry_run=mode.dry_run,
    )


def _refuse_contradictions(span: Span, mode: Mode, now: int) -> None:
    if mode.rebuild and mode.incremental_only:
        raise UsageError("--rebuild and --incremental-only contradict each other", hint="leave one of them out")
    if mode.rebuild and span != Span():
        raise UsageError(
            "--rebuild recomputes everything: --from, --to and --lookback add nothing to it",
            hint="leave out --rebuild to recompute no more than that range",
        )
    if span.start is not None and span.start >= now and not mode.include_open:
        raise UsageError(
            f"--from {isoformat(span.start)} is not before now, {isoformat(now)}: no window there is over",
            hint="--include-open publishes windows that are not over yet",
        )


def aggregate(
    lake: Lake, wanted: RefreshRequest, observer: Observer, *, detailed_exit_code: bool = False
) -> AggregateReport:
    """Run a refresh, or plan it if it is a dry run.

    Args:
        lake: The lake whose candle tables are updated.
        wanted: The refresh to run.
        observer: Receives progress.
        detailed_exit_code: Whether a plan that is not empty makes the exit code 4.

    Raises:
        UsageError: A detailed exit code is asked for, but the run is not a dry run.
    """
    if detailed_exit_code and not wanted.dry_run:
        raise UsageError(
            "--detailed-exit-code needs --dry-run: it tells whether there is something to do", hint="add --dry-run"
        )
    refresh = lake.aggregate(wanted, observer)
    pending = detailed_exit_code and any(table.status is Status.PLANNED for table in refresh.tables)
    spoilt = not wanted.dry_run and any(table.beyond_mending or table.unknown_before for table in refresh.tables)
    code = ExitCode.VALIDATION_FAILED if spoilt else ExitCode.PENDING if pending else ExitCode.OK
    return AggregateReport(
        exit_code=refresh.exit_code or code,
        now=calendar_time(wanted.now),
        dry_run=wanted.dry_run,
        source=Source(table=refresh.source_table, snapshot_id=refresh.source_snapshot_id, caveats=refresh.caveats),
        tables=tuple(map(_aggregated_table, refresh.tables)),
    )


def _aggregated_table(table: TableRefresh) -> AggregatedTable:
    """Convert the result for one table to its report, with datetimes instead of microseconds."""
    return AggregatedTable(
        table=table.table,
        timeframe=table.timeframe,
        status=table.status,
        origin=table.origin,
        reason=table.reason,
        intervals=tuple((calendar_time(i.start), calendar_time(i.end)) for i in table.intervals),
        windows=table.windows,
        changes=table.changes,
        others=table.others,
        beyond_mending=table.beyond_mending,
        trades_before=table.trades_before,
        mended=table.mended,
        unknown_before=table.unknown_before,
        candles_replaced=table.candles_replaced,
        candles_written=table.candles_written,
        candles_removed=table.candles_removed,
        trades_read=table.trades_read,
        duplicates=table.duplicates,
        rejected={rejected.reason: rejected.count for rejected in table.rejected},
        noted={noted.reason: noted.count for noted in table.noted},
        frozen=table.frozen,
        frozen_until=calendar_time(table.frozen_until),
        data_files_read=table.data_files_read,
        bytes_read=table.bytes_read,
        bytes_written=table.bytes_written,
        snapshot_id=table.snapshot_id,
        source_snapshot_id=table.source_snapshot_id,
        seconds=table.seconds,
        error=str(table.failure or ""),
        failure=table.failure,
    )

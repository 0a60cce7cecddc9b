"""Measures of a run and their names: base units, `_total` for counters only.

https://prometheus.io/docs/practices/naming/
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

from engines.domain.results import Status
from engines.domain.timeframe import SECOND, Timeframe
from engines.errors import K2Error
from k2cli.exit_codes import ExitCode
from k2cli.reports import (
    AggregatedTable,
    AggregateReport,
    GenerateReport,
    ImportReport,
    Report,
    ValidateReport,
)
from k2cli.reports.removals import RemovalReport
from k2cli.scheduling.schedule import times_of
from k2cli.session.logs import LOGGER

if TYPE_CHECKING:
    from engines.errors import Failure
    from k2cli.session import Session

LAST_RUN = "k2_ohlcv_last_run_timestamp_seconds"
EXIT_CODE = "k2_ohlcv_last_run_exit_code"
DURATION = "k2_ohlcv_last_run_duration_seconds"
LAST_SUCCESS = "k2_ohlcv_last_success_timestamp_seconds"
RUNS = "k2_ohlcv_runs_total"
TABLE_SUCCESS = "k2_ohlcv_table_last_success_timestamp_seconds"
TABLE_FAILED = "k2_ohlcv_table_last_run_failed"
TABLE_PERIOD = "k2_ohlcv_table_period_seconds"
TABLE_DURATION = "k2_ohlcv_table_last_run_duration_seconds"
LAG = "k2_ohlcv_table_lag_seconds"
CLOSED_UNTIL = "k2_ohlcv_table_closed_until_timestamp_seconds"
READ = "k2_ohlcv_trades_read_total"
DUPLICATES = "k2_ohlcv_duplicate_trades_total"
REJECTED = "k2_ohlcv_rejected_trades_total"
FROZEN = "k2_ohlcv_frozen_trades_total"
WRITTEN = "k2_ohlcv_candles_written_total"
REMOVED = "k2_ohlcv_candles_removed_total"
CHECKED = "k2_ohlcv_checked_rows"
VIOLATIONS = "k2_ohlcv_violations"
ADDED = "k2_ohlcv_trades_added_total"
TAKEN_OUT = "k2_ohlcv_trades_taken_out_total"
ROWS_REJECTED = "k2_ohlcv_import_rejected_rows_total"

HELP: Mapping[str, str] = {
    LAST_RUN: "When the command last ended.",
    EXIT_CODE: "Its exit code: 0 is success.",
    DURATION: "How long it took.",
    LAST_SUCCESS: "When the command last ended with exit code 0.",
    RUNS: "Runs of the command.",
    TABLE_SUCCESS: "When an aggregate last brought the table up to date, or found it so.",
    TABLE_FAILED: "1: the command last failed for the table, whatever other tables did; 0: it did not.",
    TABLE_PERIOD: "Longest time between two runs for the table in the schedule that k2 schedule prints.",
    TABLE_DURATION: "How long the table took in the last aggregate.",
    LAG: "Since when the oldest window waits that could have been published; 0 where none does.",
    CLOSED_UNTIL: "Windows that end at or before this time are published.",
    READ: "Rows of the trades read.",
    DUPLICATES: "Copies of trades left out.",
    REJECTED: "Invalid trades left out.",
    FROZEN: "Late trades before the fence, which change nothing (an upper bound).",
    WRITTEN: "New or changed candles.",
    REMOVED: "Candles that lost all their trades.",
    CHECKED: "Rows that the last validation held against the invariant.",
    VIOLATIONS: "Rows that broke the invariant in the last validation.",
    ADDED: "Trades added to the source.",
    TAKEN_OUT: "Trades taken out of the source on an order.",
    ROWS_REJECTED: "Rows of imported files that were left out.",
}
"""The names, and what they say."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A value of one series; for a counter, what is to be added."""

    name: str
    value: float
    labels: Mapping[str, str]


def measures(session: "Session", command: str, failure: "Failure | None", *, now: float) -> Iterator[Measure]:
    """Measures of a run that has ended.

    Args:
        session: The run.
        command: As it is typed, without ``k2``.
        failure: Why it came to no report.
        now: Seconds since the epoch.
    """
    run = session.stamped(Report())
    code = int(failure.exit_code) if failure else session.exit_code
    of_command = {"command": command}
    yield Measure(LAST_RUN, now, of_command)
    yield Measure(EXIT_CODE, code, of_command)
    yield Measure(DURATION, run.seconds, of_command)
    yield Measure(RUNS, 1, {**of_command, "exit_code": str(code)})
    if code == ExitCode.OK:
        yield Measure(LAST_SUCCESS, now, of_command)
    if session.report is not None:
        yield from _of_report(session.report, now)
    yield from _of_tables(session, command, code)
    yield from _lags(session, run.engine)


def _of_tables(session: "Session", command: str, code: int) -> Iterator[Measure]:
    """How often each table is due, and whether the command failed for those that it was for.

    The tables are known from the settings: so runs tell it, too, that did not come as far as any table.
    """
    settings = session.valid_settings
    if settings is None:
        return
    names = settings.table_names()
    labels = {t: _labels(names.target(t), t, settings.engine) for t in settings.timeframes()}
    for timeframe, of_table in labels.items():
        yield Measure(TABLE_PERIOD, times_of(timeframe).period.total_seconds(), of_table)
    tables = session.report.tables if isinstance(session.report, AggregateReport) else ()
    failed = {table.timeframe: table.status is Status.FAILED or table.beyond_mending > 0 for table in tables}
    for timeframe in session.concerned:
        yield Measure(
            TABLE_FAILED, failed.get(timeframe, code != ExitCode.OK), {**labels[timeframe], "command": command}
        )


@singledispatch
def _of_report(report: Report, now: float) -> Iterable[Measure]:  # noqa: ARG001 - the others use them
    return ()


@_of_report.register
def _(report: AggregateReport, now: float) -> Iterator[Measure]:
    for table in report.tables:
        labels = _labels(table.table, table.timeframe, report.engine)
        if table.status is not Status.FAILED:
            yield Measure(TABLE_SUCCESS, now, labels)
        yield Measure(TABLE_DURATION, table.seconds, labels)
        yield from (Measure(name, value, labels) for name, value in _counts(table).items())
        for reason, number in table.rejected.items():
            yield Measure(REJECTED, number, {**labels, "reason": reason})


def _counts(table: AggregatedTable) -> dict[str, int]:
    return {
        READ: table.trades_read,
        DUPLICATES: table.duplicates,
        FROZEN: table.frozen,
        WRITTEN: table.candles_written,
        REMOVED: table.candles_removed,
    }


@_of_report.register
def _(report: ValidateReport, now: float) -> Iterator[Measure]:  # noqa: ARG001
    for table in report.tables:
        for found in table.invariants:
            labels = {**_labels(table.table, table.timeframe, report.engine), "invariant": found.invariant}
            yield Measure(CHECKED, found.checked, labels)
            yield Measure(VIOLATIONS, found.broken, labels)


@_of_report.register
def _(report: ImportReport, now: float) -> Iterator[Measure]:  # noqa: ARG001
    labels = {"table": report.table, "engine": report.engine}
    yield Measure(ADDED, report.imported, labels)
    for reason, number in report.rejected.items():
        yield Measure(ROWS_REJECTED, number, {**labels, "reason": reason})


@_of_report.register
def _(report: GenerateReport, now: float) -> Iterator[Measure]:  # noqa: ARG001
    yield Measure(ADDED, report.trades, {"table": report.table, "engine": report.engine})


@_of_report.register
def _(report: RemovalReport, now: float) -> Iterator[Measure]:  # noqa: ARG001
    yield Measure(TAKEN_OUT, 0 if report.dry_run else report.trades, {"table": report.table, "engine": report.engine})


def _lags(session: "Session", engine: str) -> Iterator[Measure]:
    """Lag of every table, whatever the run did; the old values stay where the catalog does not answer."""
    if session.opened is None:
        return
    try:
        tables = session.opened.status(now=session.clock()())
    except K2Error as error:
        LOGGER.debug("no lag for the metrics: %s", error)
        return
    for table in tables:
        if table.timeframe is None or not table.exists:
            continue
        labels = _labels(table.table, table.timeframe, engine)
        if table.lag_microseconds is not None:
            yield Measure(LAG, table.lag_microseconds / SECOND, labels)
        if table.closed_until is not None:
            yield Measure(CLOSED_UNTIL, table.closed_until / SECOND, labels)


def _labels(table: str, timeframe: Timeframe, engine: str) -> dict[str, str]:
    return {"table": table, "timeframe": timeframe.name, "engine": engine}

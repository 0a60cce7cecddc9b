"""`k2 ohlcv validate`: check the candle tables against their invariants."""

from engines.base import Observer, ValidationRequest
from engines.domain.findings import Broken, Finding, SourceFindings, Validation
from engines.domain.invariants import FRESHNESS
from engines.domain.timeframe import Timeframe
from engines.lake import Lake
from k2cli.exit_codes import ExitCode
from k2cli.language.times import calendar_time
from k2cli.reports import BrokenRow, CheckedInvariant, ValidatedSource, ValidatedTable, ValidateReport
from k2cli.settings import Settings


def validate(lake: Lake, request: ValidationRequest, observer: Observer, *, lateness_fails: bool) -> ValidateReport:
    """Check candle tables and report the results; the exit code is 3 if an invariant is broken.

    Args:
        lake: The lake whose tables are checked.
        request: The checks to make and the tables to make them on.
        observer: Receives progress.
        lateness_fails: Whether a late table alone makes the exit code 3; it does if the command line sets the limit.
    """
    validation = lake.validate(request, observer)
    return ValidateReport(
        exit_code=ExitCode.VALIDATION_FAILED if _fails(validation, lateness_fails) else ExitCode.OK,
        now=calendar_time(request.now),
        broken=validation.broken,
        tables=tuple(
            ValidatedTable(table=t.table, timeframe=t.timeframe, invariants=tuple(map(_checked, t.findings)))
            for t in validation.tables
        ),
        sources=tuple(map(_source, validation.sources)),
    )


def request(
    settings: Settings,
    timeframes: tuple[Timeframe, ...],
    *,
    now: int,
    span: tuple[int | None, int | None],
    against_trades: bool,
    deep: bool,
    max_lag: int | None,
) -> ValidationRequest:
    """Return the validation request of a run.

    Args:
        settings: Settings that hold the maximum lag of each table.
        timeframes: Timeframes of the tables to check.
        now: The time of the run, microseconds.
        span: Check only windows that start at or after the first instant and before the second; None: no limit.
        against_trades: Compare the candles with their recomputation from the trades.
        deep: Read every byte of the data files.
        max_lag: Maximum lag of every table, microseconds; None: that of the settings.
    """
    return ValidationRequest(
        timeframes=timeframes,
        now=now,
        start=span[0],
        end=span[1],
        against_trades=against_trades,
        deep=deep,
        max_lag=settings.lags() if max_lag is None else dict.fromkeys(timeframes, max_lag),
    )


def _fails(validation: Validation, lateness: bool) -> bool:
    findings = (finding for table in validation.tables for finding in table.findings if finding.broken)
    return any(lateness or finding.invariant != FRESHNESS.name for finding in findings)


def _checked(finding: Finding) -> CheckedInvariant:
    return CheckedInvariant(
        invariant=finding.invariant,
        sentence=finding.sentence,
        checked=finding.checked,
        broken=finding.broken,
        examples=tuple(map(_row, finding.examples)),
        skipped=finding.skipped,
    )


def _row(broken: Broken) -> BrokenRow:
    start = broken.window_start
    return BrokenRow(
        exchange=broken.exchange,
        symbol=broken.symbol,
        window_start=calendar_time(start),
        problem=broken.problem,
        values=broken.values,
    )


def _source(source: SourceFindings) -> ValidatedSource:
    return ValidatedSource(
        snapshot_id=source.snapshot_id,
        trades_read=source.trades_read,
        duplicates=source.duplicates,
        rejected={rejected.reason: rejected.count for rejected in source.rejected},
        samples=source.samples,
        noted={noted.reason: noted.count for noted in source.noted},
        caveats=source.caveats,
    )

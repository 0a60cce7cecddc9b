"""`k2 ohlcv validate`: hold the candle tables against what must be true."""

from collections.abc import Sequence

from engines.base import Engine, Observer, ValidationRequest
from engines.domain.findings import Broken, Finding, SourceFindings
from engines.domain.timeframe import Timeframe
from k2cli.clock import calendar_time
from k2cli.exit_codes import ExitCode
from k2cli.reports import BrokenRow, CheckedInvariant, ValidatedSource, ValidatedTable, ValidateReport


def validate(engine: Engine, request: ValidationRequest, observer: Observer) -> ValidateReport:
    """Look, and report; exit code 3 when anything is broken."""
    validation = engine.validate(request, observer)
    return ValidateReport(
        exit_code=ExitCode.VALIDATION_FAILED if validation.broken else ExitCode.OK,
        now=calendar_time(request.now),
        broken=validation.broken,
        tables=tuple(
            ValidatedTable(table=t.table, timeframe=t.timeframe, invariants=tuple(map(_checked, t.findings)))
            for t in validation.tables
        ),
        sources=tuple(map(_source, validation.sources)),
    )


def request(
    timeframes: Sequence[Timeframe],
    *,
    now: int,
    span: tuple[int | None, int | None],
    against_trades: bool,
    deep: bool,
    max_lag: int | None,
) -> ValidationRequest:
    """What the engine is asked for; no timeframe means all."""
    return ValidationRequest(
        timeframes=tuple(dict.fromkeys(timeframes)) or tuple(Timeframe),
        now=now,
        start=span[0],
        end=span[1],
        against_trades=against_trades,
        deep=deep,
        max_lag=max_lag,
    )


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
        window_start=None if start is None else calendar_time(start),
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
    )

"""The check of how far the candle tables are behind."""

from collections.abc import Iterator

from engines.domain.checks import Check, bad, doubtful, good, skipped
from engines.domain.results import TableStatus
from engines.domain.timeframe import SECOND
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient
from k2cli.exit_codes import ExitCode
from k2cli.language.words import duration
from k2cli.settings import Settings


def watermarks(patient: Patient) -> Iterator[Check]:
    """Check whether a table lags more than the settings allow, or was never built although there are trades."""
    lake, settings = patient.lake, patient.settings
    if isinstance(lake, K2Error) or isinstance(patient.tables, K2Error) or not isinstance(settings, Settings):
        yield skipped("watermarks", "the catalog cannot be read")
        return
    try:
        tables = [t for t in lake.status(now=patient.clock()) if t.timeframe is not None and t.exists]
    except K2Error as error:
        yield failed_by("watermarks", error)
        return
    limits = settings.lags()
    late = [t for t in tables if t.timeframe in limits and (t.lag_microseconds or 0) > limits[t.timeframe]]
    unbuilt = [t for t in tables if t.closed_until is None and t.lag_microseconds]
    if late:
        yield bad("watermarks", _behind(late), fix=_fix(late), exit_code=ExitCode.VALIDATION_FAILED)
    elif unbuilt:
        yield doubtful("watermarks", f"never built: {', '.join(t.table for t in unbuilt)}", fix=_fix(unbuilt))
    else:
        yield good("watermarks", _behind(tables) if tables else "there are no tables yet")


def _behind(tables: list[TableStatus]) -> str:
    return "behind: " + ", ".join(f"{t.timeframe} {duration((t.lag_microseconds or 0) / SECOND)}" for t in tables)


def _fix(tables: list[TableStatus]) -> str:
    return f"k2 ohlcv aggregate {' '.join(str(t.timeframe) for t in tables)}"

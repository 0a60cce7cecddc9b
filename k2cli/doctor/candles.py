"""The check of what candle tables have: from when on, whether all files are there, what others changed."""

from collections.abc import Iterator

from engines.domain.checks import Check, bad, doubtful, good, skipped
from engines.domain.results import TableStatus
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient
from k2cli.exit_codes import ExitCode
from k2cli.language.times import calendar_time
from k2cli.language.words import count, minute


def candles(patient: Patient) -> Iterator[Check]:
    """Check whether all files are there, whether others changed candles, and whether any are kept."""
    lake = patient.lake
    if isinstance(lake, K2Error) or isinstance(patient.tables, K2Error):
        yield skipped("candles", "the catalog cannot be read")
        return
    try:
        lost, tables = lake.lost_files(), [t for t in lake.status(now=patient.clock()) if t.timeframe and t.exists]
    except K2Error as error:
        yield failed_by("candles", error)
        return
    for table, paths in lost.items():
        found = f"{table}: {count(len(paths))} data files are missing, the first one {paths[0]}"
        yield bad("candles", found, fix="k2 ohlcv aggregate --rebuild", exit_code=ExitCode.VALIDATION_FAILED)
    changed = [t for t in tables if t.others]
    if changed:
        names = " ".join(str(t.timeframe) for t in changed)
        yield doubtful("candles", f"changed by others: {names}", fix=f"k2 ohlcv aggregate {names}")
    fenced = [t for t in tables if t.fence is not None]
    empty = [t for t in fenced if not t.rows and t.trades_before]
    if empty:
        names = " ".join(str(t.timeframe) for t in empty)
        yield doubtful("candles", f"none is left: {_kept(empty)}", fix=f"k2 ohlcv restore {names}; see [retention]")
    if not (lost or changed or empty):
        yield good("candles", _kept(fenced) or "of all trades; every file is there")


def _kept(tables: list[TableStatus]) -> str:
    """From when on the tables are kept."""
    return ", ".join(
        f"{t.timeframe} kept from {minute(calendar_time(t.fence))}"
        + (f" (up to {count(t.trades_before)} trades lie before)" if t.trades_before else "")
        for t in tables
        if t.fence is not None
    )

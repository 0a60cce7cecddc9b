"""The check of what trades are told apart by, now and when the candles were made."""

from collections.abc import Iterator

from engines.domain.checks import Check, doubtful, good, skipped
from engines.errors import K2Error
from k2cli.doctor.patient import Patient
from k2cli.language.columns import meaning


def identity(patient: Patient) -> Iterator[Check]:
    """Check whether the candles were made by the identity of trades that the next run would use."""
    tables = patient.tables
    if isinstance(tables, K2Error):
        yield skipped("identity", "the catalog cannot be read")
        return
    now = next((table.identity for table in tables if table.timeframe is None), None)
    if now is None:
        yield skipped("identity", "there is no table of trades yet")
        return
    others = [table for table in tables if table.identity not in (None, now)]
    if not others:
        yield good("identity", meaning(now))
        return
    made = ", ".join(f"{table.table} by {table.identity}" for table in others)
    fix = f"k2 ohlcv aggregate makes them anew; to leave them: [trades] identity = '{others[0].identity}'"
    yield doubtful("identity", f"{meaning(now)}, but candles were made by another: {made}", fix=fix)

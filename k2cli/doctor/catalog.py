"""The check of the catalog and the tables in it."""

from collections.abc import Iterator

from engines.domain.checks import Check, doubtful, good, skipped
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient


def catalog(patient: Patient) -> Iterator[Check]:
    """Check whether the catalog answers and holds the source table and the candle tables."""
    if isinstance(patient.settings, K2Error):
        yield skipped("catalog", "the settings are invalid")
        return
    tables = patient.tables
    if isinstance(tables, K2Error):
        yield failed_by("catalog", tables)
        return
    missing = [table for table in tables if not table.exists]
    if not missing:
        yield good("catalog", f"answers, with all {len(tables)} tables")
        return
    names = ", ".join(table.table for table in missing)
    trades = any(table.timeframe is None for table in missing)
    fix = "k2 ohlcv create-tables" + (" --with-trades, or name your table: [tables] trades" if trades else "")
    yield doubtful("catalog", f"answers; missing: {names}", fix=fix)

"""The check of the catalog and the tables in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from engines.domain.checks import Check, bad, doubtful, good, skipped
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
    database, _ = patient.settings.local_paths()
    if database is not None and (why := _refusal(database)):
        fix = f"chmod u+w {database} {database.parent}; look at their owner and at the disk, too: ls -l {database}"
        yield bad("catalog", f"can be read, but not written: {database}: {why}", fix=fix)
        return
    missing = [table for table in tables if not table.exists]
    if not missing:
        yield good("catalog", f"answers, with all {len(tables)} tables")
        return
    names = ", ".join(table.table for table in missing)
    trades = any(table.timeframe is None for table in missing)
    fix = "k2 ohlcv create-tables" + (" --with-trades, or name your table: [tables] trades" if trades else "")
    yield doubtful("catalog", f"answers; missing: {names}", fix=fix)


def _refusal(database: Path) -> str:
    """Why nothing can be written to the file of a SQLite catalog; empty if it can, or another process writes to it.

    A table is made and not committed: the first thing written is what asks for the journal beside the file.
    """
    try:
        with closing(
            sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
        ) as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("CREATE TABLE k2_doctor (tried INTEGER)")
            file.execute("ROLLBACK")
    except sqlite3.Error as error:
        return "" if "locked" in str(error) else str(error)
    return ""

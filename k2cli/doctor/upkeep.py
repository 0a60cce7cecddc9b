"""The check of what every run has to read: snapshots, metadata, small files."""

from collections.abc import Iterator

from engines.domain.checks import Check, doubtful, good, skipped
from engines.domain.facts import TableFacts
from engines.errors import K2Error
from k2cli.doctor.patient import Patient
from k2cli.language.words import size

SNAPSHOTS = 2000
METADATA = 5_000_000
FILES, SMALL = 1000, 1_000_000
"""So many files of so few bytes on average are many small ones."""


def upkeep(patient: Patient) -> Iterator[Check]:
    """Check whether upkeep has been forgotten: thousands of snapshots, large metadata, many small files of trades."""
    if isinstance(patient.tables, K2Error):
        yield skipped("upkeep", "the catalog cannot be read")
        return
    found = [finding for table in patient.tables for finding in _burdens(table)]
    yield from found
    if not found:
        yield good("upkeep", "metadata is small, and so is the number of snapshots and of files")


def _burdens(table: TableFacts) -> Iterator[Check]:
    if table.snapshots > SNAPSHOTS or table.metadata_bytes > METADATA:
        found = f"{table.table} keeps {table.snapshots:,} snapshots in {size(table.metadata_bytes)} of metadata"
        fix = "k2 ohlcv prune --snapshots --yes; each week by k2 schedule; fewer stay with [snapshots] keep_age"
        yield doubtful("upkeep", f"{found}, which every run reads", fix=fix)
    # Candles have a file a day, and these are small; compact merges what is in more.
    if table.timeframe is None and table.files > FILES and table.bytes < table.files * SMALL:
        found = f"{table.table} has {table.files:,} files of {size(table.bytes // table.files)} on average"
        yield doubtful(
            "upkeep", found, fix="k2 trades compact; where others made the table, by the engine that writes it"
        )

"""The check of what every run has to read: snapshots, metadata, small files."""

from collections.abc import Iterator

from engines.domain.burden import burdens
from engines.domain.checks import Check, doubtful, good, skipped
from engines.errors import K2Error
from k2cli.doctor.patient import Patient


def upkeep(patient: Patient) -> Iterator[Check]:
    """Check whether upkeep has been forgotten: thousands of snapshots, large metadata, many small files of trades."""
    if isinstance(patient.tables, K2Error):
        yield skipped("upkeep", "the catalog cannot be read")
        return
    found = [
        burden
        for table in patient.tables
        for burden in burdens(
            table.table,
            is_source=table.timeframe is None,
            snapshots=table.snapshots,
            metadata_bytes=table.metadata_bytes,
            files=table.files,
            size=table.bytes,
        )
    ]
    yield from (doubtful("upkeep", burden.found, fix=burden.cure) for burden in found)
    if not found:
        yield good("upkeep", "metadata is small, and so is the number of snapshots and of files")

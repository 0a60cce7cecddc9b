"""The check of the warehouse."""

from collections.abc import Iterator

from engines.domain.checks import Check, good, skipped
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient


def storage(patient: Patient) -> Iterator[Check]:
    """Check whether a file can be written to the warehouse, read and deleted in the same way as data files."""
    lake = patient.lake
    if isinstance(lake, K2Error) or isinstance(patient.tables, K2Error):
        yield skipped("warehouse", "the catalog cannot be read")
        return
    try:
        place = lake.probe_storage()
    except K2Error as error:
        yield failed_by("warehouse", error)
    else:
        yield good("warehouse", f"can be written: {place}")

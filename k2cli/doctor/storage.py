"""The check of the warehouse."""

from collections.abc import Iterator

from engines.domain.checks import Check, good, skipped
from engines.errors import CatalogMissing, K2Error
from engines.lake import Lake, probe_warehouse
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient
from k2cli.settings import Settings


def storage(patient: Patient) -> Iterator[Check]:
    """Check whether a file can be written to the warehouse, read and deleted in the same way as data files.

    A store is tried before there is a catalog, too; a folder would only be made for it.
    """
    lake, settings = patient.lake, patient.settings
    try:
        if isinstance(lake, Lake) and not isinstance(patient.tables, K2Error):
            place = lake.probe_storage()
        elif isinstance(lake, CatalogMissing) and isinstance(settings, Settings) and settings.local_paths()[1] is None:
            place = probe_warehouse(settings.engine_config("").catalog)
        else:
            yield skipped("warehouse", "the catalog cannot be read")
            return
    except K2Error as error:
        yield failed_by("warehouse", error)
    else:
        yield good("warehouse", f"can be written: {place}")

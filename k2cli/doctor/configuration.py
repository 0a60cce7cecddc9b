"""The check of the settings."""

from collections.abc import Iterator

from engines.domain.checks import Check, good
from engines.errors import K2Error
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient


def configuration(patient: Patient) -> Iterator[Check]:
    """Check whether the settings can be read and are valid."""
    settings = patient.settings
    if isinstance(settings, K2Error):
        yield failed_by("settings", settings, fix="mend it there; examples/k2.toml shows every setting")
    else:
        yield good("settings", f"engine {settings.engine}, catalog {settings.catalog.name}")

"""The checks that the engines bring, and the settings of engines that are not installed."""

from collections.abc import Iterator
from dataclasses import replace

from engines.domain.checks import Check, Health, skipped
from engines.errors import UsageError
from engines.registry import engine_names, usable_engine
from k2cli.doctor.check import failed_by
from k2cli.doctor.patient import Patient
from k2cli.language.redaction import redact
from k2cli.settings import Settings


def engines(patient: Patient) -> Iterator[Check]:
    """Check whether the engine in use will run; what fails for another engine is only a warning, as no run needs it."""
    settings = patient.settings if isinstance(patient.settings, Settings) else None
    used = None if settings is None else settings.engine
    names = sorted({*engine_names(), *([used] if used else [])})
    for name in names:
        yield from _of_engine(name, patient, settings, used=name == used)
    for name in () if settings is None else settings.engines.undeclared():
        if name not in names:
            yield skipped(f"[engines.{name}]", "not checked: that engine is not installed here")


def _of_engine(name: str, patient: Patient, settings: Settings | None, *, used: bool) -> Iterator[Check]:
    try:
        engine = usable_engine(name)
    except UsageError as error:
        unused = skipped(name, f"not in use, and not ready: {error.message}")
        yield failed_by(name, error) if used else unused
        return
    options = {} if settings is None else settings.engines.of(name).revealed()
    secrets = set() if settings is None else settings.secrets()
    for check in engine.checks(options, patient.machine):
        found, fix = redact(check.found, secrets), redact(check.fix, secrets)
        warning = not used and check.health is Health.FAILED
        health, exit_code = (Health.WARNING, 0) if warning else (check.health, check.exit_code)
        yield replace(check, health=health, exit_code=exit_code, found=found, fix=fix)

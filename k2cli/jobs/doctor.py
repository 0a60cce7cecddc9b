"""`k2 doctor`: check everything that a run depends on."""

from collections.abc import Callable, Iterable

from engines.domain.checks import Check
from engines.domain.look import Look, SourceFacts
from k2cli.doctor.branches import branches
from k2cli.doctor.candles import candles
from k2cli.doctor.catalog import catalog
from k2cli.doctor.check import verdict
from k2cli.doctor.clock import clock, time_zone
from k2cli.doctor.configuration import configuration
from k2cli.doctor.disk import disk
from k2cli.doctor.engines import engines
from k2cli.doctor.identity import identity
from k2cli.doctor.looking import source_look
from k2cli.doctor.monitoring import monitoring
from k2cli.doctor.patient import Patient
from k2cli.doctor.python import python
from k2cli.doctor.source import source, trades
from k2cli.doctor.storage import storage
from k2cli.doctor.tables import tables
from k2cli.doctor.upkeep import upkeep
from k2cli.doctor.versions import versions
from k2cli.doctor.watermarks import watermarks
from k2cli.reports import DoctorReport, SourceLook

LookAt = Callable[[Patient], Iterable[Check]]

QUICK: tuple[LookAt, ...] = (configuration, catalog, clock, disk)
"""Checks cheap enough to run every half minute: they start no program, write nothing and open only metadata files."""

ALL: tuple[LookAt, ...] = (
    python,
    versions,
    engines,
    configuration,
    catalog,
    tables,
    source,
    trades,
    identity,
    storage,
    clock,
    time_zone,
    disk,
    watermarks,
    candles,
    branches,
    upkeep,
    monitoring,
)


def doctor(patient: Patient, *, quick: bool) -> DoctorReport:
    """Run the checks and report their results.

    Args:
        patient: The machine, settings and tables to check.
        quick: Run only the few checks that a container's health check needs.

    Returns:
        All results; the exit code is the smallest one of the failed checks, 0 if none failed.
    """
    checks = tuple(check for look in (QUICK if quick else ALL) for check in look(patient))
    return DoctorReport(
        exit_code=verdict(checks), quick=quick, checks=checks, source=None if quick else _source_look(patient)
    )


def _source_look(patient: Patient) -> SourceLook | None:
    facts, look = patient.source, patient.look
    seen = look if isinstance(look, Look) else Look()
    return source_look(facts, seen) if isinstance(facts, SourceFacts) else None

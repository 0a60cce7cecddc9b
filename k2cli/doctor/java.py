"""Java, for Spark."""

from collections.abc import Iterator
from pathlib import Path

from engines.domain.surroundings import JAVA_VERSIONS, java_version
from k2cli.doctor.check import bad, doubtful, good, skipped
from k2cli.doctor.machine import Machine
from k2cli.doctor.patient import Patient
from k2cli.reports.doctor import Check

_FIX = "apt-get install openjdk-17-jre-headless, or set JAVA_HOME to a Java 17 or 21"


def java(patient: Patient) -> Iterator[Check]:
    """Whether there is one that Spark runs on."""
    if not patient.spark:
        yield skipped("java", "only Spark needs it, and that is not installed")
        return
    if patient.elsewhere:
        yield skipped("java", f"Spark runs elsewhere: {patient.elsewhere}")
        return
    seen = []
    for program in _programs(patient.machine):
        version = _version(patient.machine, program)
        if version in JAVA_VERSIONS:
            yield good("java", f"Java {version}: {program}")
            return
        seen.append(f"{program} is Java {version}" if version else f"{program} does not run")
    complain = bad if patient.spark == "needed" else doubtful
    yield complain("java", "; ".join(seen) or "there is none; Spark 4.1 runs on 17 and 21", fix=_FIX)


def _programs(machine: Machine) -> Iterator[str]:
    """The programs named ``java``, where the engine looks for them too, most wanted first."""
    if home := machine.variables.get("JAVA_HOME"):
        yield str(Path(home) / "bin" / "java")
    if there := machine.find_program("java"):
        yield there
    yield from map(str, machine.javas())


def _version(machine: Machine, program: str) -> int | None:
    said = machine.says([program, "-version"])
    return java_version(said or "")

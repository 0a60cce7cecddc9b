"""Iceberg's runtime for Spark, on this machine."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from engines.domain.surroundings import RUNTIME
from k2cli.doctor.check import bad, doubtful, good, skipped
from k2cli.doctor.patient import Patient
from k2cli.reports.doctor import Check

_FIX = f"pyspark --packages {RUNTIME}, once: it fetches it"


def jars(patient: Patient) -> Iterator[Check]:
    """Whether Spark will find what it needs beside itself."""
    if not patient.spark:
        yield skipped("jars", "only Spark needs them, and that is not installed")
        return
    if patient.elsewhere:
        yield skipped("jars", f"Spark runs elsewhere: {patient.elsewhere}")
        return
    named = patient.options.get("jars") if patient.spark == "needed" else None
    yield from _runtime(patient) if named is None else _named([str(jar) for jar in cast("Iterable[object]", named)])


def _named(jars: list[str]) -> Iterator[Check]:
    """Those that the settings name, in place of downloads."""
    absent = [jar for jar in jars if "://" not in jar and not Path(jar).is_file()]
    if absent:
        yield bad("jars", f"there is no {', '.join(absent)}", fix="mend [spark] jars, or leave it out: k2 config show")
    else:
        yield good("jars", f"{len(jars)} as the settings name them" if jars else "Spark has its own, as settings say")


def _runtime(patient: Patient) -> Iterator[Check]:
    """Iceberg's runtime, which Spark downloads where it is not here."""
    group, artifact, version = RUNTIME.split(":")
    for folder in _folders(patient, group, artifact, version):
        if found := next(iter(sorted(folder.glob(f"*{artifact}-{version}.jar"))), None):
            yield good("jars", str(found))
            return
    missing = f"{artifact} {version} is not on this machine: the first run by Spark fetches it"
    yield doubtful("jars", missing, fix=_FIX)


def _folders(patient: Patient, group: str, artifact: str, version: str) -> Iterator[Path]:
    """Where Spark and Ivy and Maven keep them."""
    home = patient.machine.home
    pyspark = patient.machine.folder_of("pyspark")
    spark_home = patient.machine.variables.get("SPARK_HOME")
    yield from (folder / "jars" for folder in (pyspark, Path(spark_home) if spark_home else None) if folder)
    yield from sorted(home.glob(".ivy2*/jars"))
    yield home / ".m2" / "repository" / Path(*group.split(".")) / artifact / version

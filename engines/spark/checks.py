"""The checks of `k2 doctor` for Spark: pyspark, Java and jars."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from packaging.specifiers import SpecifierSet

from engines.domain.checks import Check, Machine, bad, doubtful, good, skipped
from engines.spark.java import HINT, programs, told_version
from engines.spark.options import SparkOptions
from engines.spark.pins import JAVA_VERSIONS, PYSPARK, RUNTIME


def checks(options: SparkOptions, machine: Machine) -> Iterator[Check]:
    """Check pyspark, Java and the jars; Java and the jars are skipped where Spark runs on a server."""
    yield _pyspark(machine)
    if options.remote:
        where = f"Spark runs elsewhere: sc://{urlsplit(options.remote).netloc.rpartition('@')[2]}"
        yield skipped("java", where)
        yield skipped("jars", where)
        return
    yield _java(machine)
    yield _runtime(machine) if options.jars is None else _named(options.jars)


def fits(pyspark: str) -> bool:
    """Whether Iceberg has a runtime for this version of pyspark."""
    return SpecifierSet(PYSPARK).contains(pyspark, prereleases=True)


def _pyspark(machine: Machine) -> Check:
    there = machine.version_of("pyspark")
    if there is not None and fits(there):
        return good("pyspark", f"pyspark {there}")
    found = f"pyspark {there or 'is missing'}, needed {PYSPARK}: Iceberg's runtime fits no other"
    return bad("pyspark", found, fix=f"pip install 'pyspark{PYSPARK}'")


def _java(machine: Machine) -> Check:
    """Check that a Java of a version that Spark supports is installed."""
    seen = []
    for program in programs(machine.variables, machine.find_program, machine.files):
        version = told_version(machine.says([program, "-version"]) or "")
        if version in JAVA_VERSIONS:
            return good("java", f"Java {version}: {program}")
        seen.append(f"{program} is Java {version}" if version else f"{program} does not run")
    wanted = " and ".join(map(str, JAVA_VERSIONS))
    return bad("java", "; ".join(seen) or f"there is none; Spark runs on {wanted}", fix=HINT)


def _named(jars: tuple[str, ...]) -> Check:
    """Check that the jars that the settings name in place of downloads exist."""
    absent = [jar for jar in jars if "://" not in jar and not Path(jar).is_file()]
    if absent:
        fix = "mend [engines.spark] jars, or leave it out: k2 config show"
        return bad("jars", f"there is no {', '.join(absent)}", fix=fix)
    return good("jars", f"{len(jars)} as the settings name them" if jars else "Spark has its own, as settings say")


def _runtime(machine: Machine) -> Check:
    """Check for Iceberg's runtime jar, which Spark downloads if it is missing."""
    group, artifact, version = RUNTIME.split(":")
    for folder in _folders(machine, group, artifact, version):
        if found := next(iter(sorted(folder.glob(f"*{artifact}-{version}.jar"))), None):
            return good("jars", str(found))
    missing = f"{artifact} {version} is not on this machine: the first run by Spark fetches it"
    return doubtful("jars", missing, fix=f"pyspark --packages {RUNTIME}, once: it fetches it")


def _folders(machine: Machine, group: str, artifact: str, version: str) -> Iterator[Path]:
    """The folders in which Spark, Ivy and Maven keep jars."""
    pyspark, spark_home = machine.folder_of("pyspark"), machine.variables.get("SPARK_HOME")
    yield from (folder / "jars" for folder in (pyspark, Path(spark_home) if spark_home else None) if folder)
    yield from sorted(machine.home.glob(".ivy2*/jars"))
    yield machine.home / ".m2" / "repository" / Path(*group.split(".")) / artifact / version

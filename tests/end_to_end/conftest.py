"""Fixtures that run the `k2` command as a user does: in another process, in a folder of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.table import Table

from engines.domain.tables import TradesPartition
from engines.domain.timeframe import isoformat, to_instant
from engines.testing.history import History
from k2cli.__main__ import main
from tests.empty_tables import with_tables
from tests.end_to_end.history import history_in
from tests.k2cli.door.folders import tables_in

Run = Callable[..., subprocess.CompletedProcess[str]]

APART = ("spark", "prefect", "lineage")
"""Words of commands, variables and settings for which a command gets a process of its own."""
SILENT = ("K2_", "PYICEBERG_", "OPENLINEAGE_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERMINAL_WIDTH", "PYTHONWARNINGS")


@pytest.fixture(scope="session")
def command() -> list[str]:
    """The command line that starts k2."""
    installed = Path(sys.executable).with_name("k2")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "k2cli"]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A clean environment with an empty home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SILENT)}
    home = str(tmp_path_factory.mktemp("home"))
    paths = [path for path in sys.path if path]
    homes = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home}
    return kept | homes | {"PYTHONPATH": os.pathsep.join(paths), "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def start(command: list[str], environment: Mapping[str, str]) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts the command and leaves it running."""
    return _starter(command, environment)


@pytest.fixture(scope="session")
def start_at_once(k2: Path, environment: Mapping[str, str]) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts a command that is neither signalled nor killed, and leaves it running."""
    return _starter([str(k2)], environment)


def _starter(command: list[str], environment: Mapping[str, str]) -> Callable[..., "subprocess.Popen[str]"]:
    def started(*arguments: str, cwd: Path, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*command, *arguments],
            cwd=cwd,
            env={**environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    return started


@pytest.fixture(scope="session")
def run_apart(start: Callable[..., "subprocess.Popen[str]"]) -> Run:
    """Runs a command to its end in a process of its own, for tests of what only a process has."""

    def ran(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        process = start(*arguments, cwd=cwd, **variables)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return ran


@pytest.fixture(scope="session")
def run_here(environment: Mapping[str, str]) -> Run:
    """Runs a command to its end in this process: most of the time of a short command is its start."""

    def ran(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(cwd)
            for name in [name for name in os.environ if name.startswith(SILENT)]:
                patch.delenv(name)
            for name, value in {**environment, **variables}.items():
                patch.setenv(name, value)
            code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, _written(out), _written(err))

    return ran


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@pytest.fixture(scope="session")
def run(run_apart: Run, run_here: Run, nightly: bool) -> Run:
    """Runs a command to its end: in a process of its own at night, and where it starts Java or talks to a server."""

    def ran(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        settings = cwd / "k2.toml"
        words = [*arguments, *variables, *variables.values(), settings.read_text() if settings.is_file() else ""]
        apart = nightly or any(word in " ".join(words).lower() for word in APART)
        return (run_apart if apart else run_here)(*arguments, cwd=cwd, **variables)

    return ran


@pytest.fixture
def history(tmp_path: Path) -> History:
    """The history of a new source table in the folder, written from this process; the candle tables are empty."""
    with_tables(tables_in(tmp_path))
    return history_in(tmp_path)


@pytest.fixture(scope="session")
def lake(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables and a day of trades, aggregated; tests must not change it."""
    folder = tmp_path_factory.mktemp("lake")
    recipe = "trades generate --trades 5000 --start 2024-03-01T00:00:00Z --seed 7"
    for line in ("ohlcv create-tables --with-trades", recipe, "ohlcv aggregate"):
        ran = run(*line.split(), cwd=folder)

        assert ran.returncode == 0, ran.stderr
    return folder


@dataclass
class Desk:
    """A folder with tables in which a test types commands, and reads the tables without k2.

    The only exchange is X, the only symbol A; every trade has the price 10 and the quantity 1.
    """

    folder: Path
    run: Run
    delivered: int = 0

    def __call__(self, line: str, *, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command and check its exit code."""
        ran = self.run(*line.split(), cwd=self.folder, **variables)

        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran

    def aggregate(self, options: str = "", *, code: int = 0, **variables: str) -> dict[str, Any]:
        """Run `k2 ohlcv aggregate` and return its report."""
        report = json.loads(self(f"ohlcv aggregate {options} -o json", code=code, **variables).stdout)

        assert report["exit_code"] == code
        return dict(report)

    def table(self, name: str) -> Table:
        """A table, opened with PyIceberg."""
        data = self.folder / "k2-data"
        properties = {"uri": f"sqlite:///{data}/catalog.db?timeout=60", "warehouse": f"file://{data}/warehouse"}
        return load_catalog("k2", type="sql", **properties).load_table(f"market_data.gold_{name}")

    def trade(self, *times: str) -> None:
        """Append a trade at each of these times, all in one commit."""
        source, rows = self.table("crypto_trades"), []
        for time in times:
            self.delivered += 1
            moment = datetime.fromisoformat(time)
            rows.append(
                {
                    "message_id": str(self.delivered),
                    "symbol": "A",
                    "exchange": "X",
                    "timestamp": to_instant(moment),
                    "price": Decimal(10),
                    "quantity": Decimal(1),
                    "exchange_date": moment.date(),
                    "exchange_hour": moment.hour,
                }
            )
        source.append(pa.Table.from_pylist(rows, schema=source.schema().as_arrow()))

    def candles(self, timeframe: str = "1m") -> dict[str, int]:
        """Window start to the number of trades in the candle."""
        rows = self.table(f"ohlcv_{timeframe}").scan().to_arrow().sort_by("window_start").to_pylist()
        return {isoformat(to_instant(row["window_start"])): row["trade_count"] for row in rows}


@pytest.fixture
def desk_of(run: Run) -> Callable[[Path], Desk]:
    """Makes a desk with empty tables in a folder; its commands run in other processes only at night."""

    def made(folder: Path) -> Desk:
        desk = Desk(folder, run)
        # By hour, since a desk's trades are appended as another writer does: a file for each partition.
        with_tables(tables_in(folder), TradesPartition.HOUR)
        return desk

    return made


@pytest.fixture
def desk(desk_of: Callable[[Path], Desk], tmp_path: Path) -> Desk:
    """A desk with empty tables."""
    return desk_of(tmp_path)

"""The `k2` command as a user types it: another process, in a folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.table import Table

from engines.domain.timeframe import isoformat, to_instant
from engines.testing.history import History
from k2cli.__main__ import main
from tests.end_to_end.history import history_in

Run = Callable[..., subprocess.CompletedProcess[str]]

SILENT = ("K2_", "PYICEBERG_", "OPENLINEAGE_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERMINAL_WIDTH", "PYTHONWARNINGS")


@pytest.fixture(scope="session")
def command() -> list[str]:
    """How the command is started."""
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
def run(start: Callable[..., "subprocess.Popen[str]"]) -> Run:
    """Runs the command to its end."""

    def ran(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        process = start(*arguments, cwd=cwd, **variables)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return ran


@pytest.fixture
def history(run: Run, tmp_path: Path) -> History:
    """The tables of the folder, and their source's history, made from this process."""
    assert run("ohlcv", "create-tables", "--with-trades", cwd=tmp_path).returncode == 0
    return history_in(tmp_path)


@pytest.fixture(scope="session")
def lake(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables and a day of trades, aggregated; not to be changed."""
    folder = tmp_path_factory.mktemp("lake")
    recipe = "trades generate --trades 5000 --start 2024-03-01T00:00:00Z --seed 7"
    for line in ("ohlcv create-tables --with-trades", recipe, "ohlcv aggregate"):
        ran = run(*line.split(), cwd=folder)

        assert ran.returncode == 0, ran.stderr
    return folder


@dataclass
class Desk:
    """A folder with tables, and who works there: types commands, and looks at the tables without k2.

    Its exchange is X, its only symbol A; every trade costs 10 and has the quantity 1.
    """

    folder: Path
    run: Run
    delivered: int = 0

    def __call__(self, line: str, *, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        """Type a command, and see it end with a code."""
        ran = self.run(*line.split(), cwd=self.folder, **variables)

        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran

    def aggregate(self, options: str = "", *, code: int = 0, **variables: str) -> dict[str, Any]:
        """The report of an aggregate."""
        report = json.loads(self(f"ohlcv aggregate {options} -o json", code=code, **variables).stdout)

        assert report["exit_code"] == code
        return dict(report)

    def table(self, name: str) -> Table:
        """A table as PyIceberg opens it."""
        data = self.folder / "k2-data"
        properties = {"uri": f"sqlite:///{data}/catalog.db?timeout=60", "warehouse": f"file://{data}/warehouse"}
        return load_catalog("k2", type="sql", **properties).load_table(f"market_data.gold_{name}")

    def trade(self, *times: str) -> None:
        """Deliver a trade at each of these times, all in one commit."""
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
        """Window start to the number of trades in it."""
        rows = self.table(f"ohlcv_{timeframe}").scan().to_arrow().sort_by("window_start").to_pylist()
        return {isoformat(to_instant(row["window_start"])): row["trade_count"] for row in rows}


@pytest.fixture
def run_here(environment: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command to its end in this process: most of what a short command does is to start."""

    def ran(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(cwd)
            for name in set(os.environ) - set(environment):
                patch.delenv(name)
            for name, value in {**environment, **variables}.items():
                patch.setenv(name, value)
            code = main(arguments)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, said.out, said.err)

    return ran


@pytest.fixture
def desk_of(run: Run, run_here: Run, nightly: bool) -> Callable[[Path], Desk]:
    """Makes a desk with empty tables of a folder; its commands are processes of their own at night only."""

    def made(folder: Path) -> Desk:
        desk = Desk(folder, run if nightly else run_here)
        desk("ohlcv create-tables --with-trades")
        return desk

    return made


@pytest.fixture
def desk(desk_of: Callable[[Path], Desk], tmp_path: Path) -> Desk:
    """A desk with empty tables."""
    return desk_of(tmp_path)

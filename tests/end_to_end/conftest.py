"""The `k2` command as a user types it: another process, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

SILENT = ("K2_", "PYICEBERG_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERMINAL_WIDTH", "PYTHONWARNINGS")


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
    return kept | {"HOME": home, "XDG_CONFIG_HOME": home, "PYTHONPATH": os.pathsep.join(paths), "LC_ALL": "C.UTF-8"}


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
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return ran


@pytest.fixture(scope="session")
def lake(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables and a day of trades, aggregated; not to be changed."""
    folder = tmp_path_factory.mktemp("lake")
    recipe = "trades generate --trades 5000 --start 2024-03-01T00:00:00Z --seed 7"
    for line in ("ohlcv create-tables --with-trades", recipe, "ohlcv aggregate"):
        ran = run(*line.split(), cwd=folder)

        assert ran.returncode == 0, ran.stderr
    return folder

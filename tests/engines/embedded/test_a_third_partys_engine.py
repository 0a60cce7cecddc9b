"""examples/duckdb_engine: installed as a third party's distribution, found by its entry point, proved by the kit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engines.testing.suite import Conformance, Timeframes
from tests.documents import ROOT

pytestmark = pytest.mark.extras

EXAMPLE = ROOT / "examples" / "duckdb_engine"
MOST_LINES = 250


def python(site: Path, cwd: Path, *arguments: str, timeout: int = 300, code: int = 0) -> str:
    """Run Python with the distribution beside ours; what it printed, or said of its failure."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("K2_", "PYTEST_"))}
    homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(cwd))
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=kept | homes | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert ran.returncode == code, ran.stdout[-4000:] + ran.stderr[-4000:]
    return ran.stderr if code else ran.stdout


def k2(site: Path, cwd: Path, *arguments: str) -> dict[str, Any]:
    """A command's JSON."""
    found: dict[str, Any] = json.loads(python(site, cwd, "-m", "k2cli", *arguments, "--output", "json"))
    return found


def test_it_is_one_of_the_engines(site: Path, tmp_path: Path) -> None:
    engines = {lake["name"]: lake for lake in k2(site, tmp_path, "engines")["engines"]}

    assert engines["duckdb"]["distribution"] == "k2-duckdb-engine"
    assert engines["duckdb"]["module"] == "k2_duckdb:DuckDBEngine"


THREADS = """
from pathlib import Path
from engines.registry import open_engine
from k2cli.settings import load_settings

settings = load_settings(flags={"engine": "duckdb"}, variables={}, cwd=Path.cwd()).settings
engine = open_engine(settings.engine, settings.engine_config("test"))
print(engine.connect().sql("SELECT current_setting('threads')").fetchall()[0][0])
"""


def test_its_options_are_settings_and_reach_it(site: Path, tmp_path: Path) -> None:
    (tmp_path / "k2.toml").write_text("[engines.duckdb]\nthreads = 2\n")
    shown = {setting["key"]: setting for setting in k2(site, tmp_path, "config", "show", "--origin")["settings"]}

    assert shown["engines.duckdb.threads"]["value"] == "2"
    assert shown["engines.duckdb.threads"]["origin"] == str(tmp_path / "k2.toml")
    assert python(site, tmp_path, "-c", THREADS).strip() == "2"


@pytest.mark.parametrize(
    ("toml", "words"),
    [("thread = 2", "did you mean 'threads'?"), ("threads = 0", "threads must be 1 or more")],
)
def test_what_it_does_not_understand_is_an_error(site: Path, tmp_path: Path, toml: str, words: str) -> None:
    (tmp_path / "k2.toml").write_text(f"[engines.duckdb]\n{toml}\n")

    assert words in python(site, tmp_path, "-m", "k2cli", "config", "show", code=2)


def test_it_makes_candles_that_another_engine_finds_right(site: Path, tmp_path: Path) -> None:
    k2(site, tmp_path, "ohlcv", "create-tables", "--with-trades")
    k2(site, tmp_path, "trades", "generate", "--trades", "5000", "--start", "2024-03-01T00:00:00Z", "--seed", "7")
    aggregate = k2(site, tmp_path, "ohlcv", "aggregate", "--engine", "duckdb")
    validation = k2(site, tmp_path, "ohlcv", "validate", "--against-trades", "--engine", "polars")

    assert aggregate["engine"] == "duckdb"
    assert aggregate["tables"][0]["trades_read"] >= 5000
    assert aggregate["tables"][0]["candles_written"] > 1000
    assert validation["exit_code"] == 0


def test_its_own_tests_are_the_kit(site: Path, tmp_path: Path) -> None:
    """They are collected, and those of one theme run; test_conformance runs all, in the processes of these tests."""
    options = ["-q", "-n", "0", "-p", "no:cacheprovider", "-c", str(EXAMPLE / "pyproject.toml")]
    theirs = EXAMPLE / "tests" / "test_conformance.py"
    names = [name for name in vars(Timeframes) if name.startswith("test_")]
    told = python(site, tmp_path, "-m", "pytest", *options, "--collect-only", str(theirs))
    ran = python(site, tmp_path, "-m", "pytest", *options, *(f"{theirs}::TestDuckDB::{name}" for name in names))

    collected = {line.rpartition("::")[2].partition("[")[0] for line in told.splitlines() if "::TestDuckDB::" in line}
    assert collected == {name for name in dir(Conformance) if name.startswith("test_")}
    assert ran.strip().splitlines()[-1].startswith(f"{len(names)} passed in")


def test_it_is_short() -> None:
    """Where it gets longer, the contract has got too wide."""
    files = [path for path in EXAMPLE.rglob("*") if path.suffix in (".py", ".toml", ".md")]

    assert len(files) == 4
    assert sum(len(path.read_text().splitlines()) for path in files) <= MOST_LINES

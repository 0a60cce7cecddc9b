"""The runbook of docker/README.md, run from top to bottom on real trades."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC

from engines.base import CatalogConfig, EngineConfig
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, H1, HOUR, M1
from engines.registry import open_lake
from engines.testing.foreign import foreign_candles
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT
from tests.deployments.trades import deliveries, real_trades, write
from tests.documents import ROOT, Block, blocks

if sys.platform == "win32":
    pytest.skip("the runbook is written for a POSIX shell", allow_module_level=True)

Run = Callable[..., subprocess.CompletedProcess[str]]

BOOK = ROOT / "docker" / "README.md"
YEAR = 366 * DAY
NO_CATALOG = {"K2_CATALOG__TYPE": "rest", "K2_CATALOG__URI": "http://127.0.0.1:9"}
KNOWN = {"not run", "with", "exit", "says"}
SHELL = set("<>|&;*?$'\"")
"""Characters that a shell would have to understand."""
CORRECTED = "1319860048", Decimal("0.00022058")
"""The id of a trade of VETBTC, and its corrected price."""


@dataclass(frozen=True)
class Desk:
    """The folders in which the commands of the runbook are run.

    Attributes:
        folder: The folder of an ordinary installation.
        old: A folder with candle tables that were not made by k2.
        environment: The environment variables of the commands.
        run_here: Runs a command of k2 in this process; None: every block is run by a shell.
    """

    folder: Path
    old: Path
    environment: Mapping[str, str]
    run_here: Run | None

    def type(self, block: Block) -> None:
        """Run a block, and check that it ends as it says."""
        mark = block.marks.get("with", "")
        if mark == "a settings file":
            (self.folder / "k2.toml").touch()
        folder, variables = (
            self.old if mark == "old tables" else self.folder,
            NO_CATALOG if mark == "no catalog" else {},
        )
        plain = all(line.startswith("k2 ") and not set(line) & SHELL for line in block.text.splitlines())
        ran = (self._lines if plain and self.run_here is not None else self._shell)(block.text, folder, variables)
        told = f"{BOOK.name}:{block.line}\n{block.text}\n{ran.stdout}\n{ran.stderr}"

        assert ran.returncode == int(block.marks.get("exit", "0")), told
        assert block.marks.get("says", "") in ran.stdout + ran.stderr, told
        assert "Traceback" not in ran.stderr, told

    def _lines(self, text: str, folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run lines that are commands of k2 and nothing else, up to the first that fails, in this process."""
        assert self.run_here is not None
        out, err, code = "", "", 0
        for line in text.splitlines():
            ran = self.run_here(*shlex.split(line, comments=True)[1:], cwd=folder, **variables)
            out, err, code = out + ran.stdout, err + ran.stderr, ran.returncode
            if code:
                break
        return subprocess.CompletedProcess(text, code, out, err)

    def _shell(self, text: str, folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-eu", "-c", text],
            cwd=folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )


def commands() -> list[Block]:
    """The shell blocks of the runbook."""
    return [block for block in blocks(BOOK) if block.language == "sh"]


@pytest.fixture(scope="module")
def desk(
    environment: Mapping[str, str], k2: Path, run_here: Run, nightly: bool, tmp_path_factory: pytest.TempPathFactory
) -> Desk:
    """The two folders, with the files that the runbook names."""
    folder, old = tmp_path_factory.mktemp("desk"), tmp_path_factory.mktemp("old")
    trades = real_trades()
    first, late = deliveries(trades)
    write(first, folder / "trades.csv")
    write(late, folder / "late.csv")
    half = len(trades) // 2
    write([_a_year_before(t) for t in trades[:half]], folder / "history-1.csv")
    write([_a_year_before(t) for t in trades[half:]], folder / "history-2.csv")
    write([replace(t, price=CORRECTED[1]) for t in trades if t.message_id == CORRECTED[0]], folder / "corrected.csv")
    old_tables(old)
    path = os.pathsep.join([str(k2.parent), str(Path(sys.executable).parent), environment["PATH"]])
    return Desk(folder, old, {**environment, "PATH": path}, None if nightly else run_here)


def _a_year_before(t: Trade) -> Trade:
    assert t.timestamp is not None
    return replace(t, timestamp=t.timestamp - YEAR, message_id=f"{t.message_id}-2020")


def old_tables(folder: Path) -> None:
    """Create tables with trades, and 1m and 1h candle tables of 14 columns that were filled by another writer."""
    (folder / "k2-data").mkdir()
    (folder / "k2.toml").touch()
    data = folder / "k2-data"
    properties = {
        "type": "sql",
        "uri": f"sqlite:///{data}/catalog.db?timeout=60",
        "warehouse": f"file://{data}/warehouse",
    }
    catalog = CatalogConfig(name="k2", properties=properties)
    lake = open_lake("polars", EngineConfig(catalog=catalog, names=TableNames(), version="test"))
    lake.create_tables(with_trades=True)
    History(lake).append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(20)])
    for timeframe in (M1, H1):
        foreign_candles(lake, timeframe, UNPARTITIONED_PARTITION_SPEC, [("BTCUSDT", MIDNIGHT)])


def test_every_command_of_the_book_does_what_it_says(desk: Desk) -> None:
    typed = [block for block in commands() if "not run" not in block.marks]
    for block in typed:
        desk.type(block)

    assert len(typed) >= 20


def test_what_is_not_typed_says_why_and_could_not_be_typed_here() -> None:
    left_out = {block.marks["not run"]: block.text for block in commands() if "not run" in block.marks}

    assert sorted(left_out) == [
        "it needs a container engine (rehearsed by tests/deployments/test_compose.py)",
        "there may be no newer version to install",
    ]
    assert all("docker" in text for text in left_out.values())


def test_the_book_says_nothing_of_a_block_that_this_test_does_not_understand() -> None:
    assert {name for block in blocks(BOOK) for name in block.marks} <= KNOWN


def test_every_exit_code_asks_for_something() -> None:
    rows = [line.split("|")[1].strip() for line in BOOK.read_text().splitlines() if line.startswith("| ")]

    assert [row for row in rows if row[:1].isdigit()] == ["0", "1", "2", "3", "4", "5", "6", "7", "130, 143"]

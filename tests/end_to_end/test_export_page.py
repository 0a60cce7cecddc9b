"""examples/export/README.md: its commands are run, and its code prints what it says."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.documents import ROOT, blocks
from tests.machine import module

if sys.platform == "win32":
    pytest.skip("the page is written for a POSIX shell", allow_module_level=True)

PAGE = ROOT / "examples" / "export" / "README.md"
CODE = {block.marks["needs"]: block.text for block in blocks(PAGE) if block.language == "python"}


@pytest.fixture(scope="module")
def folder(k2: Path, environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all commands of the page were run."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "examples").symlink_to(ROOT / "examples")
    commands = [line for block in blocks(PAGE) if block.language == "sh" for line in block.text.splitlines()]
    variables = {**environment, "PATH": os.pathsep.join([str(k2.parent), environment["PATH"]])}
    ran = subprocess.run(
        ["/bin/sh", "-u", "-c", " &&\n".join(commands)],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert len(commands) == 12
    return folder


def test_what_the_page_names_is_there(folder: Path) -> None:
    assert (folder / "user_data/data/PHEMEX/ATOM_USD-5m.feather").is_file()
    assert (folder / "hours/exchange=PHEMEX/symbol=ATOMUSD/candles.parquet").is_file()
    assert (folder / "atom.ndjson").read_text().count("\n") == 6
    assert not list(folder.rglob(".k2-export-*"))


@pytest.mark.parametrize(
    "needs", ["polars", *(pytest.param(name, marks=pytest.mark.extras) for name in ("duckdb", "pandas"))]
)
def test_each_library_prints_the_sum_of_the_page(folder: Path, needs: str) -> None:
    module(needs, "services")
    ran = subprocess.run([sys.executable, "-c", CODE[needs]], cwd=folder, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"`{ran.stdout.strip()}`" in PAGE.read_text(encoding="utf-8")


def test_all_code_of_the_page_is_run() -> None:
    assert set(CODE) == {"polars", "duckdb", "pandas"}

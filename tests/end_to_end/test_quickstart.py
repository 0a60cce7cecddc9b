"""`k2 quickstart` touches nothing outside of its folder, and the commands that it prints work when pasted."""

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def quickstart(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("quick")
    ran = run("quickstart", "-q", "--dir", "a folder", cwd=folder, K2_CATALOG__URI="postgresql://nobody@nowhere/x")

    assert (ran.returncode, ran.stderr) == (0, "")
    return folder / "a folder", ran.stdout


def test_it_keeps_to_its_folder_whatever_the_settings_say(quickstart: tuple[Path, str]) -> None:
    folder = quickstart[0]

    assert [path.name for path in folder.parent.iterdir()] == ["a folder"]
    assert sorted(path.name for path in folder.iterdir()) == ["chart.html", "k2-data", "k2.toml"]


def test_late_trades_touch_only_their_windows(quickstart: tuple[Path, str]) -> None:
    late = [line.split() for line in quickstart[1].splitlines() if line.startswith("2 late trades")]

    assert [line[5] for line in late] == ["3", "1", "1", "1", "1"]


def test_a_third_run_has_nothing_to_do(quickstart: tuple[Path, str]) -> None:
    (line,) = [line for line in quickstart[1].splitlines() if line.startswith("3 ")]

    assert line.startswith("3 nothing new: all 5 tables up to date, no trade read, nothing committed, 0.")


def test_it_draws_a_chart_and_writes_a_page(quickstart: tuple[Path, str]) -> None:
    page = quickstart[0] / "chart.html"

    assert "┃" in quickstart[1]
    assert f"the same as a page, minute by minute: {page}" in quickstart[1]
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_what_it_prints_works_when_pasted(quickstart: tuple[Path, str], run: Run, tmp_path: Path) -> None:
    lines = quickstart[1].splitlines()
    commands = [shlex.split(line.partition("|")[0]) for line in lines if line.startswith("  k2 ")]

    assert len(commands) >= 4
    for command in commands:
        ran = run(*command[1:], "-q", cwd=tmp_path)

        assert (ran.returncode, ran.stderr) == (0, ""), command
    (removal,) = [line.strip() for line in lines if line.startswith("  rm ")]
    assert shlex.split(removal) == ["rm", "-r", str(quickstart[0])]


def test_a_folder_that_holds_something_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    ran = run("quickstart", "-q", "--dir", ".", cwd=tmp_path)

    assert ran.returncode == 2
    assert "not empty" in ran.stderr


def test_without_utf8_the_chart_is_ascii_and_the_report_json(run_apart: Run, tmp_path: Path) -> None:
    variables = {"PYTHONIOENCODING": "ascii", "TMPDIR": str(tmp_path)}
    ran = run_apart("quickstart", cwd=tmp_path, **variables)

    assert ran.returncode == 0
    assert ran.stdout.isascii()
    (folder,) = tmp_path.iterdir()
    status = run_apart("ohlcv", "status", "-o", "json", "--config", str(folder / "k2.toml"), cwd=tmp_path)
    assert json.loads(status.stdout)["tables"][0]["rows"] > 100_000

"""The README shows what a newcomer sees: its commands are run, and their output is compared with the README's."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.documents import ROOT, blocks

if sys.platform == "win32":
    pytest.skip("the README is written for a POSIX shell", allow_module_level=True)

README = ROOT / "README.md"
CRONTAB = """#!/bin/sh
# In the place of cron's own program, which would change this machine's entries.
case $1 in
  -l) if [ -f "$0.kept" ]; then cat "$0.kept"; else echo "no crontab for me" >&2; exit 1; fi ;;
  -) cat >"$0.new" && mv "$0.new" "$0.kept" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples, as in the checkout."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


@pytest.fixture
def variables(environment: Mapping[str, str], k2: Path, tmp_path: Path) -> dict[str, str]:
    """Environment variables of the commands: k2 is on the PATH, and temporary files go to the test's folder."""
    return {
        **environment,
        "TMPDIR": str(tmp_path),
        "PATH": os.pathsep.join([str(k2.parent), str(Path(sys.executable).parent), environment["PATH"]]),
    }


def shown() -> Iterator[tuple[str, str]]:
    """Yield the commands of the README, each with the output that it shows."""
    for block in blocks(README):
        if block.language == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, said = part.partition("\n")
                yield command, said


def constant(text: str) -> str:
    """The text with placeholders for what changes between runs: seconds, snapshot ids, today's date, column widths."""
    for pattern, place in (
        (r"\d+\.\d\ds", "_s"),
        (r"\b\d{15,}\b", "_id"),
        (r"(\d{4}-)?\d\d-\d\d \d\d:\d\d", "_date"),
        (r" +", " "),
    ):
        text = re.sub(pattern, place, text)
    return text.strip()


def typed(command: str, folder: Path, variables: Mapping[str, str]) -> str:
    """Run a command, check that it succeeds, and return its output."""
    ran = subprocess.run(
        ["/bin/sh", "-u", "-c", command],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def test_what_the_readme_shows_is_what_one_sees(folder: Path, variables: dict[str, str]) -> None:
    seen = []
    for command, said in shown():
        out = constant(typed(command, folder, variables))
        seen.append(command)
        if command == "k2 quickstart":  # the README leaves out the folder and the next commands
            assert constant(said) in out
        else:
            assert out == constant(said), command

    assert len(seen) == 7


def test_the_charts_that_the_tour_speaks_of_are_drawn(folder: Path, variables: dict[str, str]) -> None:
    tour = " ".join(README.read_text(encoding="utf-8").partition("- **Look**")[2].partition("- **Upkeep**")[0].split())
    drawn, page = re.findall(r"`((?:k2 ohlcv chart|--html) [^`]+)`", tour)
    trades = "examples/data/phemex_trades.csv --price-shift -4 --quantity-shift -4 --create"
    typed(f"k2 trades import {trades} && k2 ohlcv aggregate 1m", folder, variables)

    assert "ATOMUSD on PHEMEX, 1m candles" in typed(drawn, folder, variables)
    assert "309 candles" in typed(f"{drawn} {page}", folder, variables)
    assert (folder / "atomusd.html").stat().st_size > 200_000


def test_what_the_page_on_files_tells_to_type_works(folder: Path, variables: dict[str, str]) -> None:
    (commands,) = (block.text for block in blocks(ROOT / "examples" / "files.md") if block.language == "sh")
    said = typed(" &&\n".join(commands.splitlines()), folder, variables)

    assert "10,025 of 10,025 trades gone" in said
    assert "1,000 of 10,025 trades go from" in said
    assert "1,000 of 10,025 trades gone from" in said
    assert "all equal" in said or "every candle equals" in said


def test_a_newcomer_gets_a_pipeline_that_is_scheduled_and_monitored(folder: Path, variables: dict[str, str]) -> None:
    (pipeline,) = (
        block.text
        for block in blocks(README)
        if block.language == "sh" and block.chapter == "Start" and "not run" not in block.marks
    )
    programs = folder / ".venv" / "bin"  # where the README's own first line puts k2
    programs.mkdir(parents=True)
    crontab = programs / "crontab"
    crontab.write_text(CRONTAB)
    crontab.chmod(0o755)
    typed(" &&\n".join(pipeline.splitlines()), folder, variables)
    entries = [line for line in (programs / "crontab.kept").read_text().splitlines() if not line.startswith("#")]

    assert len(entries) == 5 + 1 + 3  # the tables, a new log each week, and what tidies up each night
    assert all(str(folder) in entry for entry in entries)
    # test_schedules.py tests that all entries run as written; here only the first is run, by the shell that cron uses.
    command = entries[0].split(maxsplit=5)[5].replace(r"\%", "%")
    assert subprocess.run(["/bin/sh", "-c", command], env={}, cwd="/", check=False, timeout=120).returncode == 0
    assert '"command":"ohlcv validate"' in (folder / "k2-data" / "runs.ndjson").read_text().splitlines()[-1]

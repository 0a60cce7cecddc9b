"""What the README shows is what a newcomer sees: its commands are typed, and what they say is compared."""

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
case $1 in -l) cat "$0.kept" 2>/dev/null ;; -) cat >"$0.new" && mv "$0.new" "$0.kept" ;; esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples, as the checkout has them."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


@pytest.fixture
def variables(environment: Mapping[str, str], tmp_path: Path) -> dict[str, str]:
    """What commands see: k2 is on the path; what they leave behind, they leave to us."""
    return {
        **environment,
        "TMPDIR": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
    }


def shown() -> Iterator[tuple[str, str]]:
    """Commands of the README with what it says they say."""
    for block in blocks(README):
        if block.language == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, said = part.partition("\n")
                yield command, said


def constant(text: str) -> str:
    """What does not change from run to run: no seconds, no snapshot ids, no dates of today, no widths of columns."""
    for pattern, place in (
        (r"\d+\.\d\ds", "_s"),
        (r"\b\d{15,}\b", "_id"),
        (r"\d\d-\d\d \d\d:\d\d", "_date"),
        (r" +", " "),
    ):
        text = re.sub(pattern, place, text)
    return text.strip()


def typed(command: str, folder: Path, variables: Mapping[str, str]) -> str:
    """Type a command, see it end well, and return what it says."""
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
        if command == "k2 quickstart":  # where it is, and what to try next, is left out
            assert constant(said) in out
        else:
            assert out == constant(said), command

    assert len(seen) == 7


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

    assert len(entries) == 5
    assert all(str(folder / "k2.toml") in entry for entry in entries)
    # The entries run as written: tests/end_to_end/test_schedules.py. Here: the first, by the shell that cron uses.
    command = entries[0].split(maxsplit=5)[5].replace(r"\%", "%")
    assert subprocess.run(["/bin/sh", "-c", command], env={}, cwd="/", check=False, timeout=120).returncode == 0
    assert '"command":"ohlcv validate"' in (folder / "k2-data" / "runs.ndjson").read_text().splitlines()[-1]

"""tests/README.md tells where each promise is proved: what it names is there, and no folder of tests is forgotten."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from tests.documents import ROOT, links

TESTS = ROOT / "tests"
README = TESTS / "README.md"
LISTED = [row.split("|")[1:-1] for row in README.read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
PROMISES = [row for row in LISTED if row[2].strip().startswith("`pytest") and "proved" not in row[1]]
COMMANDS = sorted(set(re.findall(r"`(pytest[^`]*)`", README.read_text(encoding="utf-8"))))


def test_each_promise_names_what_proves_it_and_what_runs_that() -> None:
    loose = [row[0] for row in PROMISES if "](" not in row[1] and row[1].strip() != "the same files"]

    assert len(PROMISES) > 20
    assert loose == []


def test_what_is_named_is_there() -> None:
    named = [TESTS / address for address in links(README) if "://" not in address]

    assert [path for path in named if not path.exists()] == []
    assert all(path.is_dir() or path.read_text(encoding="utf-8") for path in named)


def test_no_folder_of_tests_is_forgotten() -> None:
    named = [(TESTS / address).resolve() for address in links(README) if "://" not in address]
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}

    assert {folder for folder in folders if not any(path.is_relative_to(TESTS / folder) for path in named)} == set()


@pytest.mark.parametrize("command", [command.replace("SEED", "1") for command in COMMANDS])
def test_each_command_is_understood(command: str) -> None:
    _, *options = shlex.split(command)
    ask = [
        sys.executable,
        "-m",
        "pytest",
        *options,
        "--collect-only",
        "-q",
        "-n0",
        "tests/architecture/test_promises.py",
    ]
    # Whether the packages are there that the tests need is another question, which is asked where CI is set.
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    ran = subprocess.run(ask, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)

    # All of it may be left out (5), but what is asked for must not be wrong (4).
    assert ran.returncode in (0, 5), ran.stdout + ran.stderr

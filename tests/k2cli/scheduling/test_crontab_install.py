"""`k2 schedule crontab --install` puts its entries into the user's crontab once, and leaves the rest of it alone."""

# ruff: noqa: ANN401 - the fixture's type lives in conftest.py, which importlib mode lets nobody import

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engines.errors import UsageError
from k2cli.scheduling.crontab import with_block

CONFIG = Path("/etc/k2/k2.toml")
ENTRY = "5 * * * * k2 ohlcv aggregate 1h --config /etc/k2/k2.toml -q"
BLOCK = f"# BEGIN k2 ohlcv {CONFIG}\n{ENTRY}\n# END k2 ohlcv {CONFIG}"
OTHERS = "MAILTO=me\n\n0 3 * * * backup\n"
PROGRAM = """#!/bin/sh
kept="$(dirname "$0")/kept"
case $1 in
  -l) if [ -f "$kept" ]; then cat "$kept"; else echo "no crontab for you" >&2; exit 1; fi ;;
  -) cat > "$kept"; echo >> "$(dirname "$0")/writes" ;;
esac
"""


def test_the_entries_come_after_the_others_and_in_the_place_of_older_ones() -> None:
    first = with_block(OTHERS, BLOCK, CONFIG)
    moved = first + "1 1 * * * later\n"
    newer = BLOCK.replace("5 *", "7 *")

    assert first == OTHERS + BLOCK + "\n"
    assert with_block(moved, newer, CONFIG) == OTHERS + newer + "\n1 1 * * * later\n"
    assert with_block(first, BLOCK, CONFIG) == first
    assert with_block("", BLOCK, CONFIG) == BLOCK + "\n"


def test_entries_of_other_settings_stay() -> None:
    other = BLOCK.replace("/etc/k2/", "/srv/")

    assert with_block(other + "\n", BLOCK, CONFIG) == f"{other}\n{BLOCK}\n"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (BLOCK.splitlines()[0] + "\n", "a part of the marks"),
        (BLOCK + "\n" + BLOCK + "\n", "a part of the marks"),
        (BLOCK.splitlines()[1] + "\n", "that would run besides"),
    ],
)
def test_what_would_run_twice_is_refused(table: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        with_block(table, BLOCK, CONFIG)


def test_a_second_installation_writes_nothing(k2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "crontab").write_text(PROGRAM)
    (programs / "crontab").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    (k2.folder / "k2.toml").touch()

    told = json.loads(k2("schedule", "crontab", "--install", "--zone", "UTC", "-o", "json").out)
    said = k2("schedule", "crontab", "--install", "--zone", "UTC").out.replace("\n", " ")

    assert (programs / "kept").read_text() == told["files"][0]["text"] + "\n"
    assert f"below its line '# BEGIN k2 ohlcv {k2.folder}/k2.toml'; the other lines stay" in said
    assert (programs / "writes").read_text() == "\n"
    assert k2("schedule", "crontab", "--zone", "UTC").out == (programs / "kept").read_text()


def test_a_machine_without_cron_says_what_to_do(k2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (k2.folder / "k2.toml").touch()

    refused = k2("schedule", "crontab", "--install")

    assert refused.code == 2
    assert "there is no crontab program" in refused.err

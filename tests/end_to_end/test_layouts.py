"""The cookbook of layouts: each of its commands is typed, and the samples make the candles worked out by hand."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import shlex
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import k2cli
from tests.documents import ROOT, blocks

COOKBOOK = ROOT / "examples" / "layouts" / "README.md"
EXPECTED = ROOT / "tests" / "k2cli" / "trades" / "layouts"


def commands() -> Iterator[str]:
    for block in blocks(COOKBOOK):
        if block.language == "sh":
            yield from block.text.splitlines()


def samples() -> dict[str, list[dict[str, Any]]]:
    """The samples by the options that they need."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(EXPECTED.glob("*.toml")):
        for file in tomllib.loads(path.read_text())["file"]:
            found[file.get("options", "")].append(file)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


def test_every_command_of_the_cookbook_works(run: Any, folder: Path) -> None:
    names = set()
    for command in commands():
        line, _, target = command.partition(" > ")
        _, *arguments = shlex.split(line)
        done = run(*arguments, cwd=folder)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        if target:
            (folder / target).write_text(done.stdout)
        names |= {Path(argument).parent.name for argument in arguments if argument.startswith("examples/")}

    (shown,) = (block.text for block in blocks(COOKBOOK) if block.language == "toml")
    assert shown == (COOKBOOK.parent / "mine" / "recorder.toml").read_text()
    assert "timestamp =" in (folder / "mine.toml").read_text()
    assert names == {"mine", *(path.stem for path in EXPECTED.glob("*.toml"))}


def test_the_samples_make_the_candles_that_were_worked_out_by_hand(
    run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = []
    for options, files in samples().items():
        paths = [f"examples/layouts/{file['path']}" for file in files]
        done = run("trades", "import", *paths, *shlex.split(options), "--create", cwd=folder)
        assert done.returncode == 0, done.stderr
        wanted += [line for file in files for line in file.get("candles", ())]
    assert run("aggregate", "1m", cwd=folder).returncode == 0

    monkeypatch.chdir(folder)
    with k2cli.open() as lake:
        candles = {_key(row): _measures(row) for row in lake.candles("1m").iter_rows(named=True)}

    for line in wanted:
        exchange, symbol, minute, *numbers, count = line.split()
        assert candles[exchange, symbol, minute] == (*(Decimal(number) for number in numbers), int(count)), line


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["exchange"], row["symbol"], f"{row['window_start']:%Y-%m-%dT%H:%M:%SZ}"


def _measures(row: dict[str, Any]) -> tuple[Decimal | int, ...]:
    names = ("open_price", "high_price", "low_price", "close_price", "volume", "trade_count")
    return tuple(row[name] for name in names)

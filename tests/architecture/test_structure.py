"""What the layout promises: a pure domain, small files, small functions, no drawers for odds and ends."""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for package in ("k2cli", "engines") for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", sorted((ROOT / "engines/domain").glob("*.py")), ids=lambda p: p.stem)
def test_the_domain_imports_nothing_but_the_standard_library_and_itself(path: Path) -> None:
    foreign = [
        name
        for name in imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("engines.domain")
    ]
    assert foreign == []


@pytest.mark.parametrize("path", [*(ROOT / "engines/domain").glob("*.py")], ids=lambda p: p.stem)
def test_the_domain_asks_no_clock(path: Path) -> None:
    assert not {"time", "os", "random", "logging"} & set(imported(path))
    assert ".now(" not in path.read_text()


def test_files_are_small() -> None:
    lengths, tests = ({path: len(path.read_text().splitlines()) for path in paths} for paths in (FILES, TESTS))

    assert {str(path): n for path, n in (lengths | tests).items() if n > 400} == {}
    assert statistics.median(lengths.values()) <= 100


def test_functions_are_small() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and statement_lines(node) > 40
    ]
    assert long == []


def statement_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_no_file_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "common", "misc", "manager"}

    assert [path for path in FILES if path.stem in drawers] == []


def test_the_command_line_names_no_cluster() -> None:
    """What one engine needs it says itself, by the contract; the name of a section that was is the one exception."""
    naming = [path.name for path in (ROOT / "k2cli").rglob("*.py") if "spark" in path.read_text().lower()]

    assert naming == ["former.py"]

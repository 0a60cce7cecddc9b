"""examples/reading.md lists the columns correctly, and its code for each library prints what the page shows."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from engines.domain.candle import CANDLES
from engines.domain.decimals import SCALE
from engines.domain.tables import TRADES, TRADES_NEEDED, TRADES_USED, Column
from tests.documents import ROOT, Block, blocks, tokens
from tests.machine import module

PAGE = ROOT / "examples" / "reading.md"
DATA = ROOT / "examples" / "data" / "phemex_trades.csv"


def rows(chapter: str) -> Iterator[tuple[str, str]]:
    """Yield name and type from each row of the table in a chapter."""
    below, cells = "", list[str]()
    parsed = tokens(PAGE)
    for token, following in pairwise(parsed):
        if token.type == "heading_open":
            below = following.content
        if token.type == "td_open" and below == chapter:
            cells.append(following.content)
    yield from ((name, kind.strip("`")) for name, kind in zip(cells[::3], cells[1::3], strict=True))


def documented(columns: tuple[Column, ...], marks: Mapping[str, str]) -> list[tuple[str, str]]:
    """The rows that the page's table of these columns must have."""
    return [(column.name + marks.get(column.name, ""), str(SCALE.type_of(column.type))) for column in columns]


def test_the_columns_are_those_of_the_tables() -> None:
    marks = dict.fromkeys(TRADES_NEEDED, " *") | dict.fromkeys(TRADES_USED, " +")

    assert len(CANDLES) == 17
    assert list(rows("The columns of candles")) == documented(CANDLES, {})
    assert list(rows("The columns of trades")) == documented(TRADES, marks)


@pytest.fixture(scope="module")
def page() -> dict[str, list[Block]]:
    """The code blocks of the page by chapter."""
    chapters = dict[str, list[Block]]()
    for block in blocks(PAGE):
        chapters.setdefault(block.chapter, []).append(block)
    return chapters


@pytest.fixture(scope="module")
def folder(
    page: dict[str, list[Block]],
    command: list[str],
    environment: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder with the candles of the README's tour, after the commands that the page says to type before reading."""
    folder = tmp_path_factory.mktemp("reading")
    shifts = ["--price-shift", "-4", "--quantity-shift", "-4"]
    programs = f"{Path(command[0]).parent}:{environment['PATH']}"
    (typed,) = (block.text for block in page["Open a table"] if block.language == "sh")
    for line in ([*command, "trades", "import", str(DATA), *shifts, "--create"], [*command, "aggregate"]):
        subprocess.run(line, cwd=folder, env=environment, capture_output=True, check=True)
    subprocess.run(["/bin/sh", "-c", typed], cwd=folder, env={**environment, "PATH": programs}, check=True)
    return folder


@pytest.mark.parametrize(
    ("chapter", "needs"),
    [
        ("Other lengths, zones and gaps", "polars"),
        ("PyIceberg", "pyiceberg"),
        ("Polars", "polars"),
        pytest.param("pandas", "pandas", marks=pytest.mark.extras),
        pytest.param("DuckDB", "duckdb", marks=pytest.mark.extras),
        pytest.param("chDB", "chdb", marks=pytest.mark.extras),
        pytest.param("Spark", "pyspark", marks=pytest.mark.spark(process="own")),
    ],
)
def test_each_library_reads_what_the_page_shows(
    page: dict[str, list[Block]], folder: Path, environment: Mapping[str, str], chapter: str, needs: str
) -> None:
    module(needs, "spark" if needs == "pyspark" else "services")
    (opening,) = (block.text for block in page["Open a table"] if block.language == "python")
    code, shown = page[chapter]
    ran = subprocess.run(
        [sys.executable, "-c", opening + code.text],
        cwd=folder,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )

    assert ran.returncode == 0, ran.stderr
    assert trimmed(ran.stdout) == trimmed(shown.text)


def trimmed(text: str) -> str:
    """The text without spaces at the ends of lines, and without empty lines at its beginning and end."""
    return re.sub(r" +$", "", text.replace("\r\n", "\n"), flags=re.MULTILINE).strip("\n")


def test_every_chapter_that_has_code_is_run(page: dict[str, list[Block]]) -> None:
    told = {chapter for chapter, found in page.items() if any(block.language == "python" for block in found)}

    assert told == {
        "Other lengths, zones and gaps",
        "Open a table",
        "PyIceberg",
        "Polars",
        "pandas",
        "DuckDB",
        "chDB",
        "Spark",
    }

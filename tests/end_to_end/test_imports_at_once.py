"""Imports at the same time: what one is checked for holds at the snapshot that it is added to."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engines.faults import Point, armed

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity\n"
FILES = {
    "t.csv": "1,60000.0,1,60000,1709251200000,True,True\n2,60001.0,1,60001,1709251201000,True,True\n",
    "a.csv": "1,60000.0,2,1,2,1709251200000,True,True\n",
    "k.csv": HEADER + "X,A,1,1700000000,100000,1\n",
    "l.csv": HEADER + "X,A,2,1700000060,100000,1\n",
    "b.csv": HEADER + "X,B,1,1700000000,10,1\n",
}
TRADES = "t.csv --exchange binance --symbol BTCUSDT --layout binance-trades"
AGGREGATES = "a.csv --exchange binance --symbol BTCUSDT --layout binance-aggtrades"


@pytest.fixture
def imported(run_here: Any, tmp_path: Path) -> Callable[..., Any]:
    """Runs an import in this process, in a folder with tables and files, and checks its exit code."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    assert run_here("ohlcv", "create-tables", "--with-trades", cwd=tmp_path).returncode == 0

    def done(line: str, code: int = 0) -> Any:
        ran = run_here("trades", "import", *line.split(), "-o", "json", cwd=tmp_path)
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran

    return done


@pytest.fixture
def stored(run_here: Any, tmp_path: Path) -> Callable[[], tuple[int, int]]:
    """Number of rows in the table of trades, and of the data files in its folder."""

    def counted() -> tuple[int, int]:
        (source, *_) = json.loads(run_here("ohlcv", "status", "-o", "json", cwd=tmp_path).stdout)["tables"]
        return source["rows"], len(list(tmp_path.glob("k2-data/warehouse/**/gold_crypto_trades/data/**/*.parquet")))

    return counted


@pytest.mark.parametrize(
    ("lines", "words", "rows"),
    [
        ((TRADES, AGGREGATES), "where the table has single trades", 2),
        (("k.csv --price-shift -4", "l.csv"), "was imported with its decimal points moved by -4,0", 1),
        (("k.csv", "k.csv"), "has imported the same file meanwhile", 1),
    ],
    ids=["kinds", "shifts", "files"],
)
def test_what_another_import_brings_in_between_counts(
    imported: Any, stored: Any, lines: tuple[str, str], words: str, rows: int
) -> None:
    first, second = lines
    with armed(Point.IMPORTING, lambda: imported(first), at=1):
        refused = imported(second, code=2)

    assert words in refused.stderr
    assert stored() == (rows, 1)


def test_an_import_that_nothing_speaks_against_is_added_after_the_other(imported: Any, stored: Any) -> None:
    with armed(Point.IMPORTING, lambda: imported("b.csv"), at=1):
        told = imported("k.csv")

    assert json.loads(told.stdout)["imported"] == 1
    assert stored() == (2, 2)


def test_what_is_wanted_all_the_same_is_added(imported: Any, stored: Any) -> None:
    with armed(Point.IMPORTING, lambda: imported(TRADES), at=1):
        imported(f"{AGGREGATES} --mix")
    with armed(Point.IMPORTING, lambda: imported("k.csv"), at=1):
        imported("k.csv --again")

    assert stored() == (2 + 1 + 2, 4)

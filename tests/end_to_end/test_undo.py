"""`k2 trades undo`: an import is taken back, and candles follow without a question."""

# ruff: noqa: ANN401 - the desk's type lives in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.expressions import EqualTo, Reference
from pyiceberg.expressions.literals import literal

from engines.errors import Conflict
from engines.faults import Point, armed

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity\n"
FIRST = HEADER + "X,A,1,1700000000,10,1\nX,A,2,1700000060,10,1\n"
SECOND = HEADER + "X,A,2,1700000060,10,1\nX,B,3,1700000120,10,1\n"
MINUTES = {"2023-11-14T22:13:00Z": 1, "2023-11-14T22:14:00Z": 1}


@pytest.fixture
def both(desk: Any, tmp_path: Path) -> tuple[str, str]:
    """Two imports with a trade in common, and their candles; the runs."""
    (tmp_path / "a.csv").write_text(FIRST)
    (tmp_path / "b.csv").write_text(SECOND)
    runs = [str(told(desk, f"trades import {name}")["run_id"]) for name in ("a.csv", "b.csv")]
    desk.aggregate()
    return runs[0], runs[1]


def told(desk: Any, line: str) -> dict[str, Any]:
    return dict(json.loads(desk(f"{line} -o json").stdout))


def test_an_import_is_taken_back_and_its_candles_go_unasked(desk: Any, both: tuple[str, str]) -> None:
    before = desk.table("crypto_trades").metadata.current_snapshot_id

    undone = told(desk, f"trades undo {both[0]}")

    assert (undone["command"], undone["status"], undone["import_id"]) == ("trades undo", "done", both[0])
    assert (undone["trades"], undone["held"], undone["files_dropped"]) == (2, 4, 1)
    assert undone["touched"][0] == {"timeframe": "1m", "candles": 2, "frozen": 0}
    head = desk.table("crypto_trades").current_snapshot()
    assert (head.parent_snapshot_id, str(head.snapshot_id)) == (before, undone["snapshot_id"])
    # The oldest windows of the source lose all their trades, which a plain run would ask about.
    assert desk.aggregate("1m 1d")["tables"][0]["candles_removed"] == 1
    assert list(desk.candles()) == ["2023-11-14T22:14:00Z", "2023-11-14T22:15:00Z"]
    desk("ohlcv aggregate -q")
    desk("ohlcv validate --against-trades -q")


@pytest.mark.parametrize("removed", ["refuse", "keep"])
def test_what_an_order_removed_is_neither_refused_nor_kept(desk: Any, both: tuple[str, str], removed: str) -> None:
    desk(f"trades undo {both[0]} -q")

    desk("ohlcv aggregate -q", K2_TRADES__REMOVED=removed)

    assert len(desk.candles()) == 2


def test_what_others_remove_is_asked_for_all_the_same(desk: Any, both: tuple[str, str]) -> None:
    desk(f"trades undo {both[1]} -q")
    desk.table("crypto_trades").delete(EqualTo(term=Reference("message_id"), value=literal("X:A:1")))

    desk("ohlcv aggregate -q", code=2)

    assert MINUTES.items() <= desk.candles().items()


def test_what_was_taken_out_is_recorded_and_measured(desk: Any, both: tuple[str, str], tmp_path: Path) -> None:
    quiet = desk(f"trades undo {both[0]} -q --metrics {tmp_path}/k2.prom").stdout
    record = json.loads((tmp_path / "k2-data" / "runs.ndjson").read_text().splitlines()[-1])

    assert quiet == ""
    assert (record["command"], record["trades"], record["status"]) == ("trades undo", 2, "done")
    measured = [line for line in (tmp_path / "k2.prom").read_text().splitlines() if "taken_out" in line]
    assert measured[-1].endswith("} 2.0")


def test_a_dry_run_takes_nothing_back(desk: Any, both: tuple[str, str]) -> None:
    shown = desk(f"trades undo {both[1]} --dry-run").stdout

    assert "2 of 4 trades go from market_data.gold_crypto_trades" in shown
    assert "nothing was done" in shown
    assert len(desk.table("crypto_trades").scan().to_arrow()) == 4


def test_an_import_is_taken_back_once_and_its_files_can_come_again(desk: Any, both: tuple[str, str]) -> None:
    run = told(desk, f"trades undo {both[0]}")["run_id"]

    again = desk(f"trades undo {both[0]}", code=2)

    assert f"was taken back already, by run {run}" in again.stderr
    assert told(desk, "trades import a.csv")["imported"] == 2
    desk("ohlcv aggregate -q")
    assert MINUTES.items() <= desk.candles().items()


def test_an_unknown_run_is_answered_with_the_latest_imports(desk: Any, both: tuple[str, str]) -> None:
    refused = desk("trades undo abc", code=2)

    assert "knows no import of a run 'abc'" in refused.stderr
    assert all(run in refused.stderr for run in both)


def test_the_beginning_of_a_run_tells_which(desk: Any, both: tuple[str, str]) -> None:
    assert told(desk, f"trades undo {both[0][:8]}")["import_id"] == both[0]


def test_files_rewritten_by_others_do_not_tell_the_trades_of_an_import(desk: Any, both: tuple[str, str]) -> None:
    desk.table("crypto_trades").delete(EqualTo(term=Reference("symbol"), value=literal("B")))

    refused = desk(f"trades undo {both[1]}", code=2)

    assert "files of it were rewritten by another writer" in refused.stderr
    assert "--from 2023-11-14T22:14:20Z --to 2023-11-14T22:15:20.000001Z" in refused.stderr
    desk(f"trades undo {both[0]} -q")


def test_an_import_of_which_nothing_is_left_is_no_error(desk: Any, both: tuple[str, str]) -> None:
    desk.table("crypto_trades").delete(EqualTo(term=Reference("exchange"), value=literal("X")))

    assert told(desk, f"trades undo {both[0]}")["status"] == "nothing"


def test_an_import_that_comes_meanwhile_stays(desk: Any, both: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(HEADER + "X,C,9,1700000000,10,1\n")

    with armed(Point.REMOVING, lambda: desk("trades import c.csv -q")):
        desk(f"trades undo {both[0]} -q")

    rows = desk.table("crypto_trades").scan().to_arrow()["message_id"].to_pylist()
    assert sorted(rows) == ["X:A:2", "X:B:3", "X:C:9"]


def test_two_at_once_take_an_import_back_once(desk: Any, both: tuple[str, str]) -> None:
    with armed(Point.REMOVING, lambda: desk(f"trades undo {both[0]} -q"), at=1):
        refused = desk(f"trades undo {both[0]}", code=2)

    assert "was taken back already" in refused.stderr
    assert len(desk.table("crypto_trades").scan().to_arrow()) == 2


def test_a_run_that_dies_before_its_commit_changes_nothing(desk: Any, both: tuple[str, str]) -> None:
    with armed(Point.REMOVING, Conflict("somebody else", hint="later")):
        desk(f"trades undo {both[0]}", code=5)

    assert len(desk.table("crypto_trades").scan().to_arrow()) == 4
    desk(f"trades undo {both[0]} -q")

"""`k2 trades delete`: trades of a series are taken out, nothing else with them, and candles follow unasked."""

# ruff: noqa: ANN401 - the desk's type lives in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pytest

from engines.errors import Conflict
from engines.faults import Point, armed
from k2cli.__main__ import main
from k2cli.session.environment import Environment
from tests.end_to_end.terminal import answered

A = "X,A,1,1700000000,10,1\nX,A,2,1700000060,10,1\nX,A,2,1700000060,10,1\n"
B = "X,B,1,1700000000,10,1\n"
SERIES = "trades delete --exchange X --symbol A"
FIRST, SECOND = "2023-11-14T22:13:00Z", "2023-11-14T22:14:00Z"


@pytest.fixture
def filled(desk: Any, tmp_path: Path) -> Any:
    """A file with two series, one with the first only, and their candles; of trade 2 there are two copies."""
    header = "exchange,symbol,trade_id,timestamp,price,quantity\n"
    (tmp_path / "both.csv").write_text(header + A + B)
    (tmp_path / "later.csv").write_text(header + "X,A,3,1700086400,10,1\n")
    (tmp_path / "more.csv").write_text(header + "X,A,4,1700000001,10,1\n")
    desk("trades import both.csv later.csv -q")
    desk("ohlcv aggregate -q")
    return desk


def told(desk: Any, line: str) -> dict[str, Any]:
    return dict(json.loads(desk(f"{line} -o json").stdout))


def stored(desk: Any) -> list[tuple[str, str]]:
    rows = desk.table("crypto_trades").scan().to_arrow().select(["symbol", "message_id"]).to_pylist()
    return sorted((row["symbol"], row["message_id"]) for row in rows)


def test_a_series_goes_and_what_shares_its_files_stays(filled: Any) -> None:
    gone = told(filled, f"{SERIES} --yes")

    assert (gone["status"], gone["trades"], gone["held"], gone["whole_series"]) == ("done", 4, 5, True)
    assert (gone["files_dropped"], gone["files_rewritten"]) == (1, 1)
    assert (gone["first"], gone["last"]) == ("2023-11-14T22:13:20Z", "2023-11-15T22:13:20Z")
    assert gone["touched"][0] == {"timeframe": "1m", "candles": 3, "frozen": 0}
    assert stored(filled) == [("B", "X:B:1")]
    for timeframe in ("1m", "1d"):
        filled.aggregate(timeframe)
        assert sum(filled.candles(timeframe).values()) == 1
    filled("ohlcv aggregate -q")
    filled("ohlcv validate --against-trades -q")


def test_a_time_of_it_goes_half_open(filled: Any) -> None:
    shown = filled(f"{SERIES} --from 2023-11-14T22:14:20Z --to 2023-11-15T22:13:20Z --dry-run").stdout
    gone = told(filled, f"{SERIES} --from 2023-11-14T22:14:20Z --to 2023-11-15T22:13:20Z --yes")

    assert "2 of 5 trades go from market_data.gold_crypto_trades: those of X A" in shown
    assert gone["trades"] == 2
    assert stored(filled) == [("A", "X:A:1"), ("A", "X:A:3"), ("B", "X:B:1")]


@pytest.mark.parametrize("removed", ["refuse", "keep"])
def test_what_an_order_removed_is_neither_refused_nor_kept(filled: Any, removed: str) -> None:
    filled(f"{SERIES} --yes -q")

    filled("ohlcv aggregate -q", K2_TRADES__REMOVED=removed)

    assert filled.candles() == {FIRST: 1}


def test_candles_before_the_fence_stay_and_are_told(filled: Any) -> None:
    filled("ohlcv prune 1m --candles --older-than 1d --now 2023-11-16T12:00:00Z --force --yes -q")

    assert told(filled, f"{SERIES} --dry-run")["touched"][0] == {"timeframe": "1m", "candles": 3, "frozen": 2}


def test_what_was_written_anew_cannot_be_taken_back(filled: Any) -> None:
    run = told(filled, "trades import more.csv")["run_id"]
    filled(f"{SERIES} --from 2023-11-14T22:14:20Z --to 2023-11-15 --yes -q")
    whole = told(filled, f"trades undo {run} --dry-run")
    brought = told(filled, "trades import both.csv --again")["run_id"]
    filled(f"{SERIES} --from 2023-11-14T22:14:20Z --to 2023-11-15 --yes -q")

    refused = filled(f"trades undo {brought}", code=2)

    assert whole["trades"] == 1
    assert "files of it were written anew by k2 trades delete" in refused.stderr
    assert "k2 trades delete --exchange … --symbol … --from 2023-11-14T22:13:20Z" in refused.stderr


def test_nothing_to_take_out_is_no_work(filled: Any) -> None:
    head = filled.table("crypto_trades").metadata.current_snapshot_id

    assert "has no trades of X C" in filled("trades delete --exchange X --symbol C").stdout
    assert told(filled, f"{SERIES} --to 2020-01-01")["status"] == "nothing"
    assert filled.table("crypto_trades").metadata.current_snapshot_id == head


def test_nobody_to_ask_is_a_refusal(filled: Any) -> None:
    assert "--yes" in filled(SERIES, code=2).stderr
    assert len(stored(filled)) == 5


def test_on_a_terminal_a_whole_series_goes_only_if_the_number_is_typed(
    filled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = []
    for typed in ("y", "", "4"):
        shown = answered(monkeypatch, f"{typed}\n")
        assert main(SERIES.split(), Environment(variables={}, cwd=filled.folder, user_file=lambda: None)) == 0
        assert "type 4 to carry it out" in shown.getvalue()
        left.append(len(stored(filled)))

    assert left == [5, 5, 1]


def test_what_comes_while_the_user_thinks_is_not_taken_out(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def importing(_: str) -> str:
        filled("trades import more.csv -q")
        return "4"

    answered(monkeypatch, "")
    monkeypatch.setattr("k2cli.session.session._typed", importing)

    assert main(SERIES.split(), Environment(variables={}, cwd=filled.folder, user_file=lambda: None)) == 5
    assert len(stored(filled)) == 6


def test_what_is_imported_while_files_are_rewritten_stays(filled: Any) -> None:
    with armed(Point.WRITTEN, lambda: filled("trades import more.csv -q"), at=1):
        filled(f"{SERIES} --yes -q")

    assert stored(filled) == [("A", "X:A:4"), ("B", "X:B:1")]


def test_a_file_that_others_rewrite_meanwhile_is_looked_at_again(filled: Any) -> None:
    def delete_b() -> None:
        filled.table("crypto_trades").delete("symbol = 'B'")

    with armed(Point.REMOVING, delete_b, at=1):
        filled(f"{SERIES} --yes -q")

    assert stored(filled) == []


def test_a_run_that_dies_leaves_the_table_as_it_was(filled: Any) -> None:
    before = stored(filled)
    for point in (Point.REMOVING, Point.WRITTEN):
        with armed(point, Conflict("somebody else", hint="later")):
            filled(f"{SERIES} --yes", code=5)

        assert stored(filled) == before
    filled(f"{SERIES} --yes -q")


def test_a_mapped_table_is_not_rewritten(filled: Any) -> None:
    (filled.folder / "k2.toml").write_text('[trades.columns]\nside = "currency"\n')

    refused = filled(f"{SERIES} --yes", code=2)

    assert "k2 reads it, and does not rewrite it" in refused.stderr
    assert len(stored(filled)) == 5

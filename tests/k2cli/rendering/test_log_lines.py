"""`--output log`: a line of JSON for a run, however it ends; its rows only with -v."""

# ruff: noqa: ANN401 - the fixture's type lives in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

from engines import errors
from k2cli.language.sentences import said

NAMES = ("market_data.gold_ohlcv_1m", "market_data.gold_ohlcv_1h")


def test_a_run_is_a_line_with_what_it_did(k2: Any) -> None:
    ran = k2("ohlcv", "aggregate", "1m", "1h", "--output", "log")
    line = json.loads(ran.out)

    assert (ran.code, ran.err, ran.out.count("\n")) == (0, "", 1)
    assert list(line) == ["ts", "level", "run_id", "command", "table", "message", "exit_code"]
    assert (line["level"], line["command"], line["exit_code"]) == ("info", "ohlcv aggregate", 0)
    assert line["ts"].startswith("2024-03-01T12:00:0")
    assert line["table"] == ", ".join(NAMES)
    assert line["message"] == "2 updated, 2,468 candles written"


def test_rows_come_before_it_if_asked_for(k2: Any) -> None:
    *rows, last = k2("ohlcv", "aggregate", "1m", "1h", "--output", "log", "-v").out.splitlines()

    assert [json.loads(row)["table"] for row in rows] == list(NAMES)
    assert json.loads(last)["command"] == "ohlcv aggregate"


def test_tables_that_fail_are_told_in_the_line_and_nowhere_else(k2: Any) -> None:
    k2.failing, k2.hint = "somebody is faster", "wait"
    ran = k2("ohlcv", "aggregate", "1m", "--output", "log")
    line = json.loads(ran.out)

    assert (ran.code, ran.err) == (5, "")
    assert (line["level"], line["exit_code"], line["hint"]) == ("error", 5, "wait")
    assert "somebody is faster" in line["message"]


def test_a_run_that_comes_to_no_report_is_a_line_on_stderr(k2: Any) -> None:
    k2.error = errors.Unavailable("the catalog is down", hint="wait")
    ran = k2("ohlcv", "aggregate", "1h", "--output", "log")
    line = json.loads(ran.err)

    assert (ran.code, ran.out) == (6, "")
    assert (line["command"], line["table"]) == ("ohlcv aggregate", NAMES[1])
    assert (line["level"], line["message"], line["hint"], line["exit_code"]) == (
        *("error", "the catalog is down", "wait", 6),
    )
    assert {"ts", "run_id"} < line.keys()


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({}, ""),
        (
            {"broken": 2, "tables": [{"invariants": [{"checked": 1200}, {"checked": 90}]}]},
            "1,200 candles checked, 2 broken",
        ),
        (
            {"tables": [{"status": "done", "cutoff": None, "rows": 7, "snapshots_expired": 3, "files_deleted": 0}]},
            "1 done, 7 candles dropped, 3 snapshots expired",
        ),
        ({"imported": 10_025}, "10,025 imported"),
    ],
)
def test_each_kind_of_run_has_its_sentence(record: dict[str, Any], sentence: str) -> None:
    assert said(record) == sentence

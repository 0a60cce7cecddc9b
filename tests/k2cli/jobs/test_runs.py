"""`k2 runs` tells of past runs what their records say, newest first, those in logs put aside too."""

# ruff: noqa: ANN401 - the fixture's type lives in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

from engines import errors


def test_runs_are_listed_newest_first_with_what_they_did(k2: Any) -> None:
    k2("ohlcv", "aggregate")
    k2.error = errors.Unavailable("the catalog is down", hint="wait")
    k2("ohlcv", "aggregate", "1h")
    k2.error = None

    report = json.loads(k2("runs", "-o", "json").out)

    assert [(run["command"], run["exit_code"]) for run in report["runs"]] == [
        ("ohlcv aggregate", 6),
        ("ohlcv aggregate", 0),
    ]
    assert report["runs"][0]["said"] == "the catalog is down"
    assert report["runs"][0]["started"] == "2024-03-01T12:00:00Z"
    assert report["runs"][1]["said"] != ""
    assert report["unreadable"] == 0


def test_only_those_that_failed_and_only_so_many(k2: Any) -> None:
    log = k2.folder / "k2-data" / "runs.ndjson"
    log.parent.mkdir(exist_ok=True)
    write(log.with_name("runs.ndjson.2"), *(line(number, code=number % 2) for number in (1, 2)))
    write(log.with_name("runs.ndjson.1"), *(line(number, code=number % 2) for number in (3, 4)), '{"half')
    write(log, line(5, code=1), line(6, code=0))

    asked = json.loads(k2("runs", "--failed", "--last", "2", "-o", "json").out)
    everything = json.loads(k2("runs", "--last", "100", "-o", "json").out)

    assert [run["run_id"] for run in asked["runs"]] == ["run 5", "run 3"]
    assert asked["unreadable"] == 1
    assert [run["run_id"] for run in everything["runs"]] == [f"run {n}" for n in (6, 5, 4, 3, 2, 1)]


def test_a_table_that_failed_is_what_is_told(k2: Any) -> None:
    log = k2.folder / "k2-data" / "runs.ndjson"
    log.parent.mkdir(exist_ok=True)
    tables = [{"status": "up_to_date"}, {"status": "failed", "failure": {"message": "the candles are broken"}}]
    write(log, line(1, code=3, tables=tables), line(2, code=0, tables=[{"status": "up_to_date"}] * 5), line(3, code=0))

    report = json.loads(k2("runs", "-o", "json").out)

    assert [run["said"] for run in report["runs"]] == ["", "5 up to date", "the candles are broken"]
    assert "the candles are broken" in k2("runs").out


def test_without_a_log_it_says_why(k2: Any) -> None:
    assert "there are no such runs" in k2("runs").out

    k2.variables = {"K2_RUNS__LOG": "none"}
    refused = k2("runs")

    assert refused.code == 2
    assert "no run log is kept" in refused.err


def line(number: int, *, code: int, **more: object) -> str:
    head = {"command": "ohlcv aggregate", "run_id": f"run {number}", "engine": "polars", "exit_code": code}
    return json.dumps({**head, "seconds": 1.25, "started": "2024-03-01T12:00:00Z", **more})


def write(file: Any, *lines: str) -> None:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")

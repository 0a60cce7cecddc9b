"""Every run that changes something or judges leaves a record, however it ends; and none fails by it."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pytest

from engines import errors
from k2cli.session.failures import Terminated
from k2cli.telemetry.records import append

RUN_ID = "6f1f6e9e-0000-4000-8000-000000000001"
RECORDED = (
    "ohlcv create-tables",
    "ohlcv aggregate",
    "trades generate --trades 10 --start 2024-03-01T00:00:00Z",
)
SILENT = ("ohlcv status", "ohlcv show 1m", "engines", "config show", "runs")


def records(folder: Path) -> list[dict[str, Any]]:
    log = folder / "k2-data" / "runs.ndjson"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.mark.parametrize("command", RECORDED)
def test_a_record_is_the_json_that_the_command_prints(k2: Any, command: str) -> None:
    printed = json.loads(k2(*command.split(), "-o", "json", "--report", "run.json").out)
    (logged,) = records(k2.folder)

    assert json.loads((k2.folder / "run.json").read_text()) == printed
    assert logged == printed
    assert (printed["run_id"], printed["started"]) == (RUN_ID, "2024-03-01T12:00:00Z")


@pytest.mark.parametrize("command", SILENT)
def test_a_command_that_only_looks_leaves_none(k2: Any, command: str) -> None:
    assert k2(*command.split()).code == 0
    assert records(k2.folder) == []
    assert k2(*command.split(), "--report", "x.json").code == 2


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (errors.Unavailable("the catalog is down", hint="wait"), 6, "the catalog is down"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (Terminated(), 143, "terminated"),
        (ZeroDivisionError("oh"), 1, "this is a bug in k2: ZeroDivisionError: oh"),
    ],
)
def test_a_run_that_came_to_nothing_leaves_one_too(k2: Any, error: BaseException, code: int, message: str) -> None:
    k2.error = error

    assert k2("ohlcv", "aggregate", "--report", "run.json").code == code
    (logged,) = records(k2.folder)
    assert logged == json.loads((k2.folder / "run.json").read_text())
    assert list(logged)[:7] == ["schema_version", "command", "run_id", "engine", "exit_code", "seconds", "started"]
    assert (logged["command"], logged["engine"], logged["exit_code"]) == ("ohlcv aggregate", "polars", code)
    assert (logged["error"]["message"], logged["error"]["exit_code"]) == (message, code)


def test_a_run_some_of_whose_tables_failed_tells_which(k2: Any) -> None:
    k2.failing = "somebody was faster"
    k2("ohlcv", "aggregate", "1m")
    (logged,) = records(k2.folder)

    assert logged["exit_code"] == 5
    assert logged["tables"][0]["error"] == "somebody was faster"


def test_a_record_holds_no_secret(k2: Any) -> None:
    k2.variables = {"K2_CATALOG__URI": "postgresql://bob:hunter22@db/x", "K2_RUNS__LOG": "runs.ndjson"}
    k2.error = errors.Unavailable("no route: postgresql://bob:hunter22@db/x")
    k2("ohlcv", "aggregate")

    logged = (k2.folder / "runs.ndjson").read_text()
    assert "no route" in logged
    assert "hunter22" not in logged


def test_a_dry_run_leaves_only_the_file_asked_for(k2: Any) -> None:
    k2("ohlcv", "aggregate", "--dry-run", "--report", "plan.json", "--metrics", "k2.prom")

    assert json.loads((k2.folder / "plan.json").read_text())["dry_run"] is True
    assert records(k2.folder) == []
    assert not (k2.folder / "k2.prom").exists()


def test_where_the_settings_are_wrong_the_file_asked_for_says_so(k2: Any) -> None:
    (k2.folder / "k2.toml").write_text('grac = "1s"\n')

    assert k2("ohlcv", "aggregate", "--report", "run.json").code == 2
    assert "'grac'" in json.loads((k2.folder / "run.json").read_text())["error"]["message"]


@pytest.mark.parametrize("option", ["--report", "--metrics"])
@pytest.mark.parametrize("file", ["nowhere/x.json", "k2-data"])
def test_a_file_asked_for_that_cannot_be_written_is_refused_before_work_begins(k2: Any, option: str, file: str) -> None:
    ran = k2("ohlcv", "aggregate", option, file)

    assert ran.code == 2
    assert f"{option}: " in ran.err
    assert "cannot be written" in ran.err
    assert k2.opened == []


@pytest.mark.parametrize("place", ["/dev/full", "file/runs.ndjson"])
def test_a_run_log_that_cannot_be_written_is_a_warning(k2: Any, place: str) -> None:
    (k2.folder / "file").touch()
    k2.variables = {"K2_RUNS__LOG": place}
    ran = k2("ohlcv", "aggregate")

    assert ran.code == 0
    assert f"{place} could not be written: " in ran.err
    assert ran.err.splitlines()[-1].startswith("warning: run log ")


def test_a_bug_of_ours_in_telling_of_a_run_does_not_make_it_fail(k2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    k2("ohlcv", "aggregate")
    monkeypatch.setattr(type(k2.asked), "status", lambda *_, **__: 1 // 0)
    ran = k2("ohlcv", "aggregate", "--metrics", "k2.prom")

    assert ran.code == 0
    assert "metrics k2.prom could not be written, by a bug in k2: ZeroDivisionError" in ran.err
    assert len(records(k2.folder)) == 2


def test_the_run_log_can_be_put_elsewhere_or_left_out(k2: Any) -> None:
    k2.variables = {"K2_RUNS__LOG": "logs/k2.ndjson"}
    k2("ohlcv", "aggregate")
    k2.variables = {"K2_RUNS__LOG": "none"}
    k2("ohlcv", "aggregate")

    assert len((k2.folder / "logs" / "k2.ndjson").read_text().splitlines()) == 1
    assert records(k2.folder) == []


def test_a_shared_catalog_has_its_run_log_with_the_users_state(k2: Any) -> None:
    k2.variables = {"K2_CATALOG__TYPE": "rest", "K2_CATALOG__URI": "http://localhost:1"}
    k2("ohlcv", "aggregate")

    assert len((k2.folder / "state" / "k2" / "runs.ndjson").read_text().splitlines()) == 1


def test_a_log_that_has_grown_is_put_aside_and_so_many_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "runs.ndjson"
    for number in range(6):
        append(log, {"n": number}, size=10, keep=2)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "runs.ndjson": '{"n":4}\n{"n":5}\n',
        "runs.ndjson.1": '{"n":2}\n{"n":3}\n',
        "runs.ndjson.2": '{"n":0}\n{"n":1}\n',
    }
    append(log, {"n": 6}, size=10, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs.ndjson", "runs.ndjson.1", "runs.ndjson.2"]
    assert (tmp_path / "runs.ndjson.2").read_text().startswith('{"n":2}')

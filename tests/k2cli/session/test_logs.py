"""Messages go to stderr, as text or as JSON lines, as many as asked for."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

from engines.errors import Unavailable

TRADES = "timestamp,price,quantity,exchange,symbol,message_id\n1709294400000000,1,1,x,A,1\n"
WORK = (
    "ohlcv create-tables",
    "ohlcv aggregate",
    "trades import trades.csv",
    "trades generate --trades 10 --start 2024-03-01T00:00:00Z",
    "schedule systemd --dir .",
)
ANSWERS = ("ohlcv aggregate --dry-run", "ohlcv status", "ohlcv show 1m", "engines", "config show", "schedule systemd")


def test_messages_go_to_stderr(k2: Any) -> None:
    ran = k2("ohlcv", "aggregate", "1m")

    assert ran.err == "starting again\n"
    assert "starting again" not in ran.out


def test_quiet_says_nothing_but_errors(k2: Any) -> None:
    assert k2("ohlcv", "aggregate", "-q").err == ""

    k2.error = Unavailable("down")

    assert k2("ohlcv", "aggregate", "-q").err == "error: down\n"


@pytest.mark.parametrize("command", WORK)
def test_quiet_leaves_out_the_table_of_what_was_done(k2: Any, command: str) -> None:
    (k2.folder / "trades.csv").write_text(TRADES)
    (k2.folder / "k2.toml").touch()

    assert k2(*command.split()).out
    assert (k2(*command.split(), "-q").code, k2(*command.split(), "-q").out) == (0, "")


@pytest.mark.parametrize("command", WORK)
@pytest.mark.parametrize("output", ["table", "json", "csv", "ndjson"])
def test_quiet_leaves_out_no_result_that_was_asked_for_by_its_format(k2: Any, command: str, output: str) -> None:
    (k2.folder / "trades.csv").write_text(TRADES)
    (k2.folder / "k2.toml").touch()

    assert k2(*command.split(), "-q", "--output", output).out


@pytest.mark.parametrize("command", ANSWERS)
def test_quiet_leaves_out_no_answer(k2: Any, command: str) -> None:
    (k2.folder / "k2.toml").touch()

    assert k2(*command.split(), "-q").out == k2(*command.split()).out != ""


def test_verbose_says_more(k2: Any) -> None:
    assert "catalog k2" in k2("ohlcv", "aggregate", "-v").err


def test_json_lines_carry_time_level_message_and_run(k2: Any) -> None:
    line = json.loads(k2("ohlcv", "aggregate", "--log-format", "json").err)

    assert line.pop("ts").endswith("Z")
    assert line == {
        "level": "info",
        "message": "starting again",
        "run_id": "6f1f6e9e-0000-4000-8000-000000000001",
    }


def test_an_error_is_a_json_line_too(k2: Any) -> None:
    k2.error = Unavailable("down", hint="wait")
    line = json.loads(k2("ohlcv", "aggregate", "--log-format", "json").err)

    assert (line["level"], line["message"], line["hint"], line["exit_code"]) == ("error", "down", "wait", 6)


def test_a_failed_table_is_told_on_stderr_even_when_quiet(k2: Any) -> None:
    k2.failing, k2.hint = "somebody was faster", "try again"
    ran = k2("ohlcv", "aggregate", "1m", "-q")

    assert ran.code == 5
    assert ran.err == "error: market_data.gold_ohlcv_1m: somebody was faster\n hint: try again\n"
    assert ran.out == ""


def test_a_reason_that_tables_share_is_told_once(k2: Any) -> None:
    k2.failing, k2.hint = "market_data.gold_ohlcv_1m: trades are gone", "set trades.removed"

    assert k2("ohlcv", "aggregate", "1m", "5m", "1h", "-q").err.splitlines() == [
        f"error: {k2.failing} (not done for the same reason: market_data.gold_ohlcv_5m, market_data.gold_ohlcv_1h)",
        " hint: set trades.removed",
    ]


def test_with_json_output_a_failed_table_is_told_in_the_same_words_on_stderr_and_in_the_report(k2: Any) -> None:
    k2.failing, k2.hint = "market_data.gold_ohlcv_1m: somebody was faster", "try again"
    ran = k2("ohlcv", "aggregate", "1m", "-q", "-o", "json")
    (table,) = json.loads(ran.out)["tables"]
    failure = {"message": k2.failing, "hint": k2.hint, "exit_code": 5}

    assert json.loads(ran.err) == {"schema_version": 2, "error": failure}
    assert table["failure"] == failure
    assert table["error"] == "market_data.gold_ohlcv_1m: somebody was faster; try again"


def test_with_json_output_every_failure_is_an_object_on_a_line_of_its_own(k2: Any) -> None:
    k2.failing = "volume: decimal(18, 8), not decimal(38, 8)"
    ran = k2("ohlcv", "create-tables", "-q", "-o", "json")
    errors = [json.loads(line)["error"] for line in ran.err.splitlines()]

    assert ran.code == json.loads(ran.out)["exit_code"] == 2
    assert len(errors) == 5
    assert {error["exit_code"] for error in errors} == {2}
    assert errors[0]["message"] == "market_data.gold_ohlcv_1m: volume: decimal(18, 8), not decimal(38, 8)"
    assert "--evolve" in errors[0]["hint"]


def test_a_failed_table_is_a_log_line_too(k2: Any) -> None:
    k2.failing, k2.hint = "somebody was faster", "try again"
    line = json.loads(k2("ohlcv", "aggregate", "1m", "-q", "--log-format", "json").err)

    assert line.pop("ts").endswith("Z")
    assert line == {
        "level": "error",
        "message": "market_data.gold_ohlcv_1m: somebody was faster",
        "hint": "try again",
        "exit_code": 5,
        "run_id": "6f1f6e9e-0000-4000-8000-000000000001",
    }


@pytest.mark.parametrize(("options", "code", "level"), [("", 0, "warning"), ("--max-lag 15m", 3, "error")])
def test_a_late_table_is_an_error_only_where_lateness_fails(k2: Any, options: str, code: int, level: str) -> None:
    k2.variables = {"K2_LAG__1M": "15m"}
    ran = k2("ohlcv", "status", "--now", "2024-03-01T13:00:00Z", *options.split())

    assert ran.code == code
    assert ran.err.splitlines()[:2] == [
        f"{level}: market_data.gold_ohlcv_1m is 1h behind, 15m allowed",
        " hint: run k2 ohlcv aggregate 1m",
    ]
    line = json.loads(
        k2("ohlcv", "status", "--now", "2024-03-01T13:00:00Z", *options.split(), "-o", "json").err.splitlines()[0]
    )
    assert line[level]["exit_code"] == code


def test_secrets_are_masked_in_messages_and_errors(k2: Any) -> None:
    k2.variables = {"K2_CATALOG__URI": "postgresql://bob:hunter22@db/x"}
    k2.error = Unavailable("no route: postgresql://bob:hunter22@db/x (password hunter22)")
    ran = k2("ohlcv", "aggregate", "-vv")

    assert "hunter22" not in ran.err
    assert "no route: postgresql://bob:***@db/x (password ***)" in ran.err
    k2.error, k2.failing = None, "no route: postgresql://bob:hunter22@db/x"
    assert "no route: postgresql://bob:***@db/x" in k2("ohlcv", "aggregate").err

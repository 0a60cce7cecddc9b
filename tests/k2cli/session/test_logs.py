"""Messages go to stderr, as text or as JSON lines, as many as asked for."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

from engines.errors import Unavailable


def test_messages_go_to_stderr(k2: Any) -> None:
    ran = k2("ohlcv", "aggregate", "1m")

    assert ran.err == "starting again\n"
    assert "starting again" not in ran.out


def test_quiet_says_nothing_but_errors(k2: Any) -> None:
    assert k2("ohlcv", "aggregate", "-q").err == ""

    k2.error = Unavailable("down")

    assert k2("ohlcv", "aggregate", "-q").err == "error: down\n"


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
    k2.failing = "somebody was faster"
    ran = k2("ohlcv", "aggregate", "1m", "-q")

    assert ran.code == 5
    assert ran.err == "error: market_data.gold_ohlcv_1m: somebody was faster\n"
    assert ran.out.splitlines()[1].split()[:2] == ["market_data.gold_ohlcv_1m", "failed"]


def test_a_reason_that_tables_share_is_told_once(k2: Any) -> None:
    k2.failing = "market_data.gold_ohlcv_1m: trades are gone; set trades.removed"

    assert k2("ohlcv", "aggregate", "1m", "5m", "1h", "-q").err.splitlines() == [
        "error: market_data.gold_ohlcv_1m: trades are gone; set trades.removed",
        "error: not done for the same reason: market_data.gold_ohlcv_5m, market_data.gold_ohlcv_1h",
    ]


def test_secrets_are_masked_in_messages_and_errors(k2: Any) -> None:
    k2.variables = {"K2_CATALOG__URI": "postgresql://bob:hunter22@db/x"}
    k2.error = Unavailable("no route: postgresql://bob:hunter22@db/x (password hunter22)")
    ran = k2("ohlcv", "aggregate", "-vv")

    assert "hunter22" not in ran.err
    assert "no route: postgresql://bob:***@db/x (password ***)" in ran.err

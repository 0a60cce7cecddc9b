"""Whatever goes wrong ends as a text on stderr and an exit code; options stand where users put them."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

from engines import errors
from k2cli.session.failures import COMMAND_LINE_ERROR, Terminated


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.K2Error("x"), 1),
        (errors.UsageError("x"), 2),
        (errors.Refused("x"), 2),
        (errors.TableMissing("market_data.x"), 2),
        (errors.ValidationFailed("x"), 3),
        (errors.Conflict("x"), 5),
        (errors.Unavailable("x"), 6),
        (errors.CommitStateUnknown("x"), 7),
        (PermissionError(13, "Permission denied", "/data"), 2),
        (OSError(28, "No space left on device"), 6),
        (MemoryError(), 6),
        (KeyboardInterrupt(), 130),
        (Terminated(), 143),
        (ZeroDivisionError("division by zero"), 1),
    ],
)
def test_each_kind_of_error_has_its_exit_code_and_a_text_without_traceback(
    k2: Any, error: BaseException, code: int
) -> None:
    k2.error = error
    ran = k2("ohlcv", "aggregate")

    assert ran.code == code
    assert ran.out == ""
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err


def test_a_text_says_what_happened_and_how_to_fix_it(k2: Any) -> None:
    k2.error = errors.TableMissing("market_data.gold_ohlcv_1m")
    ran = k2("ohlcv", "show", "1m")

    assert ran.err == ("error: table market_data.gold_ohlcv_1m does not exist\n hint: run k2 ohlcv create-tables\n")


def test_with_json_output_errors_are_json_on_stderr(k2: Any) -> None:
    k2.error = errors.Conflict("locked", hint="try again")
    ran = k2("ohlcv", "aggregate", "--output", "json")

    assert ran.out == ""
    assert json.loads(ran.err.splitlines()[-1]) == {
        "schema_version": 2,
        "error": {"message": "locked", "hint": "try again", "exit_code": 5},
    }


@pytest.mark.parametrize("option", [("--output", "json"), ("--output=json",), ("-o", "json"), ("-ojson",)])
def test_errors_of_the_command_line_itself_are_json_too(k2: Any, option: tuple[str, ...]) -> None:
    ran = k2(*option, "ohlcv", "shwo")

    assert ran.code == 2
    assert "show" in json.loads(ran.err)["error"]["message"]


def test_a_bug_tells_how_to_get_its_traceback(k2: Any) -> None:
    k2.error = ZeroDivisionError("division by zero")
    ran = k2("ohlcv", "status")

    assert "this is a bug in k2: ZeroDivisionError: division by zero" in ran.err
    assert "-vv" in ran.err
    assert "K2_DEBUG=1" in ran.err


@pytest.mark.parametrize(("options", "variables"), [(("-vv",), {}), ((), {"K2_DEBUG": "1"})])
def test_a_traceback_is_shown_when_asked_for(k2: Any, options: tuple[str, ...], variables: dict[str, str]) -> None:
    k2.error, k2.variables = ZeroDivisionError("division by zero"), variables
    ran = k2("ohlcv", "status", *options)

    assert "Traceback" in ran.err


def test_debug_0_is_off(k2: Any) -> None:
    k2.error, k2.variables = ZeroDivisionError("division by zero"), {"K2_DEBUG": "0"}

    assert "Traceback" not in k2("ohlcv", "status").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ohlcv", "aggregat"), ("aggregate", "k2 ohlcv --help")),
        (("ohlcv", "aggregate", "2h"), ("2h", "1m")),
        (("ohlcv", "show"), ("timeframe", "k2 ohlcv show --help")),
        (("ohlcv", "show", "1m", "--limit", "0"), ("--limit",)),
        (("ohlcv", "show", "1m", "--limit", "x"), ("--limit",)),
        (("ohlcv", "status", "--outptu", "json"), ("--output",)),
        (("ohlcv", "status", "--output", "xml"), ("xml", "ndjson")),
        (("trades", "import"), ("files",)),
        (("trades", "import", "x.csv", "--layout", "krakn"), ("krakn", "kraken")),
        (("trades", "generate", "--late", "2"), ("--late",)),
    ],
)
def test_usage_errors_exit_2_and_name_the_fault(k2: Any, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    ran = k2(*arguments)

    assert (ran.code, ran.out) == (2, "")
    for word in words:
        assert word in ran.err.lower()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--output", "ndjson", "ohlcv", "status"),
        ("ohlcv", "--output", "ndjson", "status"),
        ("ohlcv", "status", "--output", "ndjson"),
        ("--output", "csv", "ohlcv", "status", "--output", "ndjson"),
    ],
)
def test_shared_options_stand_before_or_after_the_subcommand_and_the_last_one_wins(
    k2: Any, arguments: tuple[str, ...]
) -> None:
    ran = k2(*arguments)

    assert ran.code == 0
    assert json.loads(ran.out.splitlines()[0])["table"] == "market_data.t"


def test_verbosity_adds_up(k2: Any) -> None:
    k2.error = ZeroDivisionError()

    assert "Traceback" in k2("-v", "ohlcv", "status", "-v").err


def test_version(k2: Any) -> None:
    ran = k2("--version")

    assert ran.code == 0
    assert ran.out.startswith("k2 ")


@pytest.mark.parametrize("arguments", [(), ("ohlcv",), ("trades",), ("config",)])
def test_without_a_subcommand_the_help_is_shown(k2: Any, arguments: tuple[str, ...]) -> None:
    ran = k2(*arguments)

    assert ran.code == 2
    assert "Usage: k2" in ran.out
    assert "error" not in ran.err


def test_every_command_explains_itself_with_an_example(k2: Any) -> None:
    commands = (
        "quickstart",
        "ohlcv create-tables",
        "ohlcv aggregate",
        "ohlcv status",
        "ohlcv show",
        "trades import",
        "trades generate",
        "engines",
        "config show",
        "doctor",
        "runs",
    )
    for command in commands:
        ran = k2(*command.split(), "--help")

        assert ran.code == 0
        assert "Example" in ran.out
        assert f"k2 {command}" in ran.out
        assert "Options of every command" in ran.out


def test_the_base_of_typers_errors_is_what_it_is_taken_for() -> None:
    assert COMMAND_LINE_ERROR.__name__ == "ClickException"

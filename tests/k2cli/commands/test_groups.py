"""Commands are found by what users type: without their group, misspelled, or by another program's options."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import shlex
from typing import Any

import pytest

from k2cli.commands.options import Output
from k2cli.session.foreign_options import FORMATS


@pytest.mark.parametrize("command", ["status", "show 1m", "aggregate 1m"])
def test_the_group_of_candle_tables_may_be_left_out(k2: Any, command: str) -> None:
    short, full = k2(*command.split()), k2("ohlcv", *command.split())

    assert short.code == full.code == 0
    assert short.out.splitlines()[0] == full.out.splitlines()[0]


def test_a_record_names_the_command_in_full(k2: Any) -> None:
    assert k2("aggregate", "1m", "--report", "record.json").code == 0

    assert '"command": "ohlcv aggregate"' in (k2.folder / "record.json").read_text()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("statsu", "k2 has no command 'statsu'; did you mean k2 ohlcv status?"),
        ("import trades.csv", "k2 has no command 'import'; did you mean k2 trades import?"),
        ("ohlcv generate", "k2 ohlcv has no command 'generate'; did you mean k2 trades generate?"),
        ("trades show", "did you mean k2 ohlcv show or k2 config show?"),
        ("xyzzy", "k2 has no command 'xyzzy'\n"),
    ],
)
def test_an_unknown_command_names_the_nearest_one_of_any_group(k2: Any, typed: str, meant: str) -> None:
    ran = k2(*typed.split())

    assert (ran.code, ran.out) == (2, "")
    assert meant in ran.err


@pytest.mark.parametrize("typed", ["help trades import", "trades import --help"])
def test_help_is_a_command_too(k2: Any, typed: str) -> None:
    ran = k2(*typed.split())

    assert ran.code == 0
    assert "Usage: k2 trades import" in ran.out


def test_help_of_a_short_command_is_that_of_the_full_one(k2: Any) -> None:
    assert "Usage: k2 ohlcv status" in k2("help", "status").out
    assert "k2 quickstart" in k2("help").out
    assert "did you mean k2 ohlcv status?" in k2("help", "stats").err


def test_version_is_a_command_too(k2: Any) -> None:
    assert k2("version").out == k2("--version").out
    assert k2("version").out.startswith("k2 ")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("status --json", "k2 status --output json"),
        ("--json ohlcv status -v", "k2 --output json ohlcv status -v"),
        ("show 1m --csv --limit 3", "k2 show 1m --output csv --limit 3"),
        ("status --format json -q", "k2 status --output json -q"),
        ("status --format=ndjson", "k2 status --output ndjson"),
        ("status --format yaml", "k2 status --output json"),
        ("status --format", "k2 status --output json"),
        ("status --out csv --config 'my k2.toml'", "k2 status --output csv --config 'my k2.toml'"),
    ],
)
def test_other_programs_options_for_the_format_are_answered_with_the_line_to_type(
    k2: Any, typed: str, line: str
) -> None:
    (k2.folder / "my k2.toml").touch()
    ran = k2(*shlex.split(typed))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f" hint: --output is the format of the result: {line}\n")
    assert k2(*shlex.split(line)[1:]).code == 0


def test_any_other_unknown_option_is_left_to_the_help(k2: Any) -> None:
    assert "hint: see k2 ohlcv status --help" in k2("status", "--formate").err


def test_the_formats_are_those_of_the_option() -> None:
    assert tuple(Output) == FORMATS

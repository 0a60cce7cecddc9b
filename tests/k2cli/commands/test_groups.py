"""Commands are found by what users type: without their group, misspelled, or by another program's options."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any

import pytest


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
    ("typed", "hint"),
    [
        ("status --json", "--output json"),
        ("show 1m --csv", "--output csv"),
        ("status --format json", "--output table,"),
    ],
)
def test_other_programs_options_for_the_format_point_to_ours(k2: Any, typed: str, hint: str) -> None:
    ran = k2(*typed.split())

    assert ran.code == 2
    assert f" hint: write {hint}" in ran.err

"""What Tab offers: what settings and tables know; where anything goes wrong, nothing, and without a word."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import subprocess
import sys
from typing import Any

import pytest

from engines.errors import Unavailable
from engines.registry import engine_names

TIMEFRAMES = ["1m", "5m", "30m", "1h", "1d"]


@pytest.fixture
def tab(k2: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Types a line and Tab, as bash does, and returns what is offered."""

    def typed(line: str) -> list[str]:
        monkeypatch.setenv("_K2_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        ran = k2()

        assert ran.err == ""
        return [word for word in ran.out.splitlines() if word]

    return typed


@pytest.mark.parametrize(
    "line", ["k2 ohlcv show ", "k2 show ", "k2 aggregate 1h ", "k2 ohlcv validate --deep ", "k2 prune ", "k2 compact "]
)
def test_timeframes_are_those_that_have_a_table(tab: Any, line: str) -> None:
    assert tab(line) == TIMEFRAMES


def test_what_is_typed_already_narrows_it_down(tab: Any) -> None:
    assert tab("k2 show 1") == ["1m", "1h", "1d"]
    assert tab("k2 show 1h --symbol E") == ["ETHUSDT"]
    assert tab("k2 show 1h --symbol X") == []


@pytest.mark.parametrize("line", ["k2 status --engine ", "k2 --engine "])
def test_engines_are_those_that_are_installed(tab: Any, line: str) -> None:
    assert tab(line) == list(engine_names())


@pytest.mark.parametrize("line", ["k2 show 1h ", "k2 ohlcv show ", "k2 trades import a.csv "])
def test_exchanges_and_symbols_are_those_of_the_tables(tab: Any, line: str) -> None:
    assert tab(f"{line}--exchange ") == ["binance", "kraken"]
    assert tab(f"{line}--symbol ") == ["BTCUSDT", "ETHUSDT"]
    assert tab(f"{line}--exchange kraken --symbol ") == ["ETHUSDT"]


def test_another_settings_file_is_the_one_that_is_asked(tab: Any, k2: Any) -> None:
    (k2.folder / "other.toml").write_text('[tables]\nnamespace = "elsewhere"\n')
    for line in ("k2 --config other.toml show 1h --symbol ", "k2 show 1h --config other.toml --symbol "):
        assert tab(line) == ["BTCUSDT", "ETHUSDT"]
        assert k2.opened[-1][1].names.namespace == "elsewhere"


@pytest.mark.parametrize("error", [Unavailable("down"), ZeroDivisionError("a bug")])
def test_what_goes_wrong_is_not_told(tab: Any, k2: Any, error: Exception) -> None:
    k2.error = error

    assert tab("k2 show 1h --symbol ") == []


def test_a_wrong_setting_is_not_told(tab: Any, k2: Any) -> None:
    (k2.folder / "k2.toml").write_text("[catalog\n")

    assert tab("k2 show ") == tab("k2 show 1h --symbol ") == []


def test_asking_makes_no_catalog(tab: Any, k2: Any) -> None:
    (k2.folder / "k2-data" / "catalog.db").unlink()

    assert tab("k2 show 1h --symbol ") == []
    assert not (k2.folder / "k2-data" / "catalog.db").exists()


@pytest.mark.parametrize("line", ["k2 show ", "k2 --engine "])
def test_no_table_is_opened_for_what_is_in_no_table(k2: Any, line: str) -> None:
    probe = "import sys; from k2cli.__main__ import main; main(); print(*{m.partition('.')[0] for m in sys.modules})"
    words = {"_K2_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": "2"}
    ran = subprocess.run(
        [sys.executable, "-c", probe], env=words, cwd=k2.folder, capture_output=True, text=True, check=True
    )
    *offered, loaded = ran.stdout.splitlines()

    assert offered
    assert ran.stderr == ""
    assert not {"polars", "pyarrow", "pyiceberg", "sqlalchemy", "pyspark"} & set(loaded.split())

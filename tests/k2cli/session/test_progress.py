"""Bars are for people: a terminal, and not -q."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import io
import sys
from typing import Any

import pytest

from k2cli.session.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drive(progress: Progress) -> None:
    with progress:
        progress.started("gold_ohlcv_1m", 100)
        progress.advanced("gold_ohlcv_1m", 50)
        progress.started("gold_ohlcv_1m", 100)
        progress.advanced("another", 1)
        progress.finished("gold_ohlcv_1m")
        progress.finished("another")


@pytest.mark.parametrize("unit", ["rows", "bytes"])
def test_a_terminal_sees_a_bar(monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    drive(Progress(unit=unit, quiet=False))

    assert "gold_ohlcv_1m" in terminal.getvalue()


def test_quiet_and_pipes_see_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, quiet in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        drive(Progress(unit="rows", quiet=quiet))

        assert stream.getvalue() == ""


def test_bars_never_reach_stdout(k2: Any) -> None:
    assert "━" not in k2("ohlcv", "aggregate").out

"""Plain text in a pipe, colours on a terminal."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import io
import sys
from typing import Any

import pytest

from k2cli.rendering.blocks import Column, Sentence, Table
from k2cli.rendering.painting import can_draw, paint

BLOCKS = (
    Table([Column("name"), Column("rows", right=True)], [("a" * 120, "1"), ("b", "23,456")]),
    Sentence("done [bold]really[/bold]", "good"),
)


class Terminal(io.StringIO):
    """A stdout that a person looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def look_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Called in the test itself: between set-up and test pytest puts its own stdout back."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_plain_text_is_aligned_uncut_and_bare() -> None:
    lines = "".join(paint(BLOCKS)).splitlines()

    assert lines == [
        "name" + " " * 118 + "  rows",
        "a" * 120 + "       1",
        "b" + " " * 119 + "  23,456",
        "done [bold]really[/bold]",
    ]


def test_a_terminal_gets_colours_and_whole_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    look_on(monkeypatch)
    text = "".join(paint(BLOCKS))

    assert "\x1b[32mdone [bold]really[/bold]" in text
    assert "a" * 120 in text


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    look_on(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[32m" not in "".join(paint(BLOCKS))


def test_a_table_without_rows_is_its_header() -> None:
    assert "".join(paint([Table([Column("a"), Column("b")], [])])) == "a  b\n"


@pytest.mark.parametrize(("encoding", "able"), [("utf-8", True), ("ascii", False), ("latin-1", False), (None, False)])
def test_what_an_encoding_can_draw(encoding: str | None, able: bool) -> None:
    assert can_draw(encoding) is able


def test_the_human_view_of_candles_keeps_every_digit(k2: Any) -> None:
    header, first, second = k2("ohlcv", "show", "1h").out.splitlines()[:3]

    assert " ".join(header.split()) == "exchange symbol window_start open high low close volume trades vwap"
    assert first.split()[3:5] == ["65000.10000000", "9999999999.99999999"]
    assert second.split()[7] == "123456789012345678901234567890.12345678"

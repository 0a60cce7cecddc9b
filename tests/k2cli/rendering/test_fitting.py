"""Tables become as narrow as a terminal: shorter cells, equal columns said once, the least needed named, not shown."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import io
import re
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from engines.domain.timeframe import DEFAULT_TIMEFRAMES
from k2cli import reports as r
from k2cli.rendering.blocks import Narrow, Table, table
from k2cli.rendering.fitting import fitted
from k2cli.rendering.views.view import view

STATUS = table(
    "table",
    "exchange",
    "rows",
    "files",
    rows=[("market_data.gold_ohlcv_1m", "binance", "1,234", "5"), ("market_data.gold_ohlcv_1h", "binance", "20", "1")],
    right=("rows", "files"),
    narrow=Narrow(
        short={"table": ["1m", "1h"]}, note="market_data.gold_ohlcv_*", once=("exchange",), expendable=("files", "rows")
    ),
)
NOTE, ONCE = "market_data.gold_ohlcv_*", "market_data.gold_ohlcv_*; exchange: binance"


def names(shown: Table) -> list[str]:
    return [column.name for column in shown.columns]


def test_a_table_that_fits_is_left_alone() -> None:
    assert fitted(STATUS, 46) == (STATUS, [])


@pytest.mark.parametrize(
    ("width", "kept", "said"),
    [
        (45, ["table", "exchange", "rows", "files"], [NOTE]),
        (26, ["table", "exchange", "rows", "files"], [NOTE]),
        (25, ["table", "rows", "files"], [ONCE]),
        (11, ["table", "rows"], [ONCE, "left out: files (--wide shows them)"]),
        (3, ["table"], [ONCE, "left out: files, rows (--wide shows them)"]),
    ],
)
def test_it_gives_up_as_little_as_it_can(width: int, kept: list[str], said: list[str]) -> None:
    shown, sentences = fitted(STATUS, width)

    assert (names(shown), sentences) == (kept, said)
    assert [row[0] for row in shown.rows] == ["1m", "1h"]


def test_headers_break_into_lines_before_a_column_goes() -> None:
    block = table(
        "window_start",
        "files to read",
        rows=[("12:00", "1,234,567"), ("13:00", "2")],
        narrow=Narrow(expendable=("files to read",)),
    )

    assert names(fitted(block, 26)[0]) == ["window_start", "files to read"]
    assert names(fitted(block, 20)[0]) == ["window_\nstart", "files to\nread"]
    assert names(fitted(block, 17)[0]) == ["window_\nstart", "files to\nread"]
    assert names(fitted(block, 16)[0]) == ["window_start"]


def test_broken_rows_are_counted_in_fewer_words() -> None:
    checked = r.CheckedInvariant(invariant="unique", sentence="one candle each", checked=2141, broken=7, examples=())
    tables = tuple(r.ValidatedTable(table=f"t_{t}", timeframe=t, invariants=(checked,)) for t in DEFAULT_TIMEFRAMES)
    report = r.ValidateReport(now=datetime(2024, 3, 1, tzinfo=UTC), broken=35, tables=tables, sources=())
    shown, said = fitted(next(block for block in view(report) if isinstance(block, Table)), 80)

    assert list(shown.rows[0]) == ["unique", *["7 of 2,141"] * 5, "one candle each"]
    assert said == ["broken rows of those checked"]


def test_a_column_of_different_cells_is_never_said_once() -> None:
    mixed = Table(STATUS.columns, [STATUS.rows[0], ("market_data.gold_ohlcv_1h", "kraken", "20", "1")], STATUS.narrow)

    assert "exchange" in names(fitted(mixed, 20)[0])


def test_sentences_may_go_on_in_a_second_line() -> None:
    found = table("check", "found", rows=[("java", "word " * 40)], wraps=("found",))

    assert fitted(found, 40) == (found, [])


def test_a_table_without_rows_fits_too() -> None:
    empty = Table(STATUS.columns, [], STATUS.narrow)

    assert names(fitted(empty, 10)[0])[0] == "table"


class Terminal(io.StringIO):
    """A stdout that a person looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def seen(k2: Any, monkeypatch: pytest.MonkeyPatch, width: int, *words: str) -> list[str]:
    """What stands on a terminal of that width, without colours."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with monkeypatch.context() as looking:
        looking.setattr(sys, "stdout", terminal)
        k2(*words)
    return [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in terminal.getvalue().splitlines()]


@pytest.mark.parametrize("words", ["ohlcv status", "ohlcv aggregate", "ohlcv aggregate --dry-run"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(k2: Any, monkeypatch: pytest.MonkeyPatch, words: str, width: int) -> None:
    lines = seen(k2, monkeypatch, width, *words.split())
    sentences = ("source: ", "why ")

    assert len(lines) > 3
    assert max(len(line) for line in lines if not line.startswith(sentences)) <= width, "\n".join(lines)


def test_with_wide_nothing_is_left_out(k2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = "\n".join(seen(k2, monkeypatch, 60, "ohlcv", "status"))
    wide = "\n".join(seen(k2, monkeypatch, 60, "ohlcv", "status", "--wide"))

    assert "left out: snapshots, files" in narrow
    assert "candles: market_data.gold_ohlcv_*" in narrow
    assert "market_data.gold_ohlcv_1m" in wide
    assert "left out" not in wide
    assert "snapshots" in wide.splitlines()[0]


def test_in_a_pipe_a_table_is_whole_however_narrow_the_terminal_is(k2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    assert "market_data.gold_ohlcv_1m" in k2("ohlcv", "status").out
    assert "left out" not in k2("ohlcv", "status").out

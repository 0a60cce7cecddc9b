"""The output of commands on terminals of 60, 80 and 120 columns."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from k2cli.__main__ import main
from k2cli.session.environment import Environment

Look = Callable[[str, int], list[str]]

HEADER = "table state rows first last new trades lag snapshots files size"


class Terminal(io.StringIO):
    """A stdout that claims to be a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def bare(text: str) -> list[str]:
    """The lines without their colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n").splitlines()


@pytest.fixture
def look(lake: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Runs a command on a terminal of a given width and returns its lines; in this process, which is faster."""

    def looked(line: str, width: int) -> list[str]:
        terminal = Terminal()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", terminal)
            patched.setenv("COLUMNS", str(width))

            assert main(line.split(), Environment(variables={}, cwd=lake, user_file=lambda: None)) == 0
        return bare(terminal.getvalue())

    return looked


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    "line",
    [
        "status",
        "show 1h --limit 3",
        "show 1m --symbol BTCUSDT --exchange kraken --limit 3",
        "aggregate --rebuild --dry-run",
        "validate",
        "prune --dry-run --older-than 1d --force",
        "compact",
    ],
)
def test_tables_fit(look: Look, line: str, width: int) -> None:
    lines = look(line, width)
    rules = [place for place, line in enumerate(lines) if line.startswith("──")]

    assert rules
    for rule in rules:
        end = next((place for place in range(rule, len(lines)) if not lines[place]), len(lines))
        table = [line.rstrip() for line in lines[rule - 1 : end] if not line.startswith("source:")]
        assert max(map(len, table)) <= width


def test_status_has_its_namespace_once_and_names_what_it_leaves_out(look: Look) -> None:
    at_80, at_140 = look("status", 80), look("status", 140)

    rows = at_80[next(place for place, line in enumerate(at_80) if line.startswith("──")) + 1 :]
    assert [line.split()[0] for line in rows[:6]] == ["trades", "1m", "5m", "30m", "1h", "1d"]
    assert sum("market_data" in line for line in at_80) == 1
    assert "left out: snapshots, files (--wide shows them)" in at_80
    assert " ".join(at_140[0].split()) == HEADER
    assert not any("left out" in line for line in at_140)


def test_wide_shows_every_column_on_any_terminal(look: Look) -> None:
    lines = look("status --wide", 80)

    assert " ".join(lines[0].split()) == HEADER
    assert lines[3].split()[0] == "market_data.gold_ohlcv_1m"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_a_real_terminal_tells_its_width_and_a_pipe_needs_none(
    command: list[str], environment: Mapping[str, str], lake: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 70))
    variables = {**environment, "TERM": "xterm"}
    process = subprocess.Popen([*command, "status"], cwd=lake, env=variables, stdout=theirs)
    os.close(theirs)
    lines = bare(b"".join(_until_closed(ours)).decode())
    piped = run("status", cwd=lake, COLUMNS="70").stdout.splitlines()

    assert process.wait(timeout=60) == 0
    assert max(len(line.rstrip()) for line in lines) <= 70
    assert lines[-1].startswith("left out: snapshots")
    assert " ".join(piped[0].split()) == HEADER
    assert piped[2].split()[0] == "market_data.gold_ohlcv_1m"


def _until_closed(terminal: int) -> Iterator[bytes]:
    try:
        while part := os.read(terminal, 65536):
            yield part
    except OSError:  # on Linux: the other end is closed
        pass
    finally:
        os.close(terminal)

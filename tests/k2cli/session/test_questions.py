"""What is asked on a terminal; `os.openpty` makes one for the test."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="a terminal of Unix")

TRADES = "exchange,symbol,trade_id,timestamp,price,quantity,side\nX,A,1,1625975075838000,1.5,2,buy\n"
K2 = (sys.executable, "-m", "k2cli")


def on_a_terminal(folder: Path, command: Sequence[str], *, answer: str) -> tuple[int, str, str]:
    """Run a command whose input and messages are a terminal's; return its exit code, its result and what it said."""
    near, far = os.openpty()
    os.write(near, answer.encode())
    with subprocess.Popen(command, cwd=folder, stdin=far, stdout=subprocess.PIPE, stderr=far, text=True) as process:
        os.close(far)
        out, _ = process.communicate(timeout=120)
    said = b""
    while True:
        try:
            part = os.read(near, 65536)
        except OSError:  # the other end is closed and all is read
            break
        said += part
        if not part:
            break
    os.close(near)
    return process.returncode, out, said.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of trades, and no tables."""
    (tmp_path / "a.csv").write_text(TRADES)
    return tmp_path


def test_an_import_without_tables_offers_to_make_them(folder: Path) -> None:
    code, out, said = on_a_terminal(folder, [*K2, "trades", "import", "a.csv", "-o", "json"], answer="\n")
    report = json.loads(out)

    assert (code, report["imported"], len(report["created"])) == (0, 1, 6)
    assert f"there is no catalog at {folder / 'k2-data' / 'catalog.db'}" in "".join(said.splitlines())
    assert "Make the tables of trades and candles now? [Y/n]" in "".join(said.splitlines())


def test_an_offer_that_is_declined_leaves_nothing(folder: Path) -> None:
    code, out, said = on_a_terminal(folder, [*K2, "trades", "import", "a.csv"], answer="n\n")

    assert (code, out) == (2, "")
    assert "k2 trades import a.csv --create" in said
    assert not (folder / "k2-data").exists()

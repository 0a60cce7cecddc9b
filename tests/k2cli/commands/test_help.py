"""What help leaves out is there for whoever uses it, such as another program of Typer in the same process."""

import subprocess
import sys

PROGRAM = """
import sys
from k2cli.__main__ import main

main(["--help"])
assert "rich.markdown" not in sys.modules
assert "rich.traceback" not in sys.modules

import typer
from typer import rich_utils

other = typer.Typer(rich_markup_mode="markdown")


@other.command()
def command() -> None:
    \"""Written in **Markdown**.\"""
    raise RuntimeError("and its faults are shown by Rich")


print("OTHER")
other(["--help"], standalone_mode=False)
from rich.markdown import Markdown

assert isinstance(Markdown(""), rich_utils.Markdown)
assert not isinstance("", rich_utils.Markdown)
other([])
"""


def test_another_program_writes_its_help_in_markdown_and_its_tracebacks() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    ours, _, theirs = ran.stdout.partition("OTHER")

    assert "k2 quickstart" in ours
    assert "Written in Markdown." in theirs
    assert "Traceback (most recent call last)" in ran.stderr
    assert "╭" in ran.stderr
    assert "RuntimeError: and its faults are shown by Rich" in ran.stderr

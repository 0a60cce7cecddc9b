"""What the documents show of Python, on ten thousand real trades."""

import doctest
from pathlib import Path

import pytest

import k2cli
from tests.documents import ROOT, blocks


@pytest.fixture
def toured(folder: Path) -> k2cli.Lake:
    """The lake of the README's tour."""
    from k2cli.__main__ import main
    from k2cli.session.environment import Environment

    file = ROOT / "examples" / "data" / "phemex_trades.csv"
    shifts = ("--price-shift", "-4", "--quantity-shift", "-4")
    (folder / "k2.toml").touch()
    assert main(["trades", "import", str(file), *shifts, "-q"], Environment(cwd=folder)) == 0
    lake = k2cli.open()
    lake.refresh().raise_for_failures()
    return lake


def test_the_docstrings_tell_the_truth(toured: k2cli.Lake) -> None:
    failed, attempted = doctest.testmod(k2cli, extraglobs={"lake": toured}, optionflags=doctest.REPORT_NDIFF)

    assert failed == 0
    assert attempted > 8


@pytest.mark.usefixtures("toured")
def test_the_readme_and_the_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = (block.text for block in blocks(ROOT / "README.md") if block.language == "python")
    exec(compile(shown, "README.md", "exec"), {})  # noqa: S102 - our own text
    capsys.readouterr()
    for script, words in (("python/movers.py", "percent"), ("notebook/candles.py", "volatility")):
        file = ROOT / "examples" / script
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), {})  # noqa: S102 - our own file

        assert words in capsys.readouterr().out

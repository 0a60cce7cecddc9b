"""Looks at files where there is no lake yet, and a layout to start from."""

import io
from pathlib import Path

import pytest

from k2cli.jobs.inspect_files import Question, inspect_files, layout_template
from k2cli.trades import NoTrades, NotTrades

MINE = "when;what;at;coins\n2024-03-01 10:00:00;XBTUSD;60000,5;0,25\n"
CCXT = "timestamp,datetime,symbol,side,price,amount\n1704067200000,2024-01-01T00:00:00Z,{},buy,50,3\n"


def now() -> int:
    return 1_790_000_000_000_000


def question(*files: Path) -> Question:
    return Question(files=files, exchange="okx")


@pytest.mark.parametrize("piped", [False, True])
def test_a_layout_to_start_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piped: bool) -> None:
    (tmp_path / "mine.csv").write_text(MINE)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MINE.encode())))

    report = layout_template(question(Path("-") if piped else tmp_path / "mine.csv"))

    assert 'timestamp = "when"' in report.text
    assert report.text.count("[side]") == report.text.count("[quantity]") == 1
    assert report.file == ("standard input" if piped else str(tmp_path / "mine.csv"))


def test_the_first_file_with_rows_tells_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "b.csv").write_text(MINE)

    assert layout_template(question(tmp_path / "a.csv", tmp_path / "b.csv")).file == str(tmp_path / "b.csv")
    with pytest.raises(NotTrades, match="holds no rows"):
        layout_template(question(tmp_path / "a.csv"))


def test_without_a_lake_the_line_makes_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    path.write_text(CCXT.format("BTC/USDT"))

    report = inspect_files(None, now, question(path))

    assert report.line == f"k2 trades import {path} --exchange okx --create"
    assert report.files[0].there is None


def test_rows_that_count_contracts_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    path.write_text(CCXT.format("BTC/USDT") + CCXT.format("BTC/USDT:USDT").splitlines()[1] + "\n")

    (file,) = inspect_files(None, now, question(path)).files

    assert file.rejected == {"quantity_in_contracts": 1}
    assert "--contract-size SYMBOL=SIZE" in file.contracts_hint

    path.write_text(CCXT.format("BTC/USDT:USDT"))
    with pytest.raises(NoTrades) as raised:
        inspect_files(None, now, question(path))
    assert raised.value.hint == file.contracts_hint

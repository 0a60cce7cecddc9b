"""What comes into the source table, from files and from the generator."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import csv
import json
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pytest

from engines.errors import TableMissing
from k2cli.commands.layout_names import LayoutName, UnitName
from k2cli.trades import Layout, Unit

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity,side\n"
GOOD = "X,A,1,1625975075838000,1.5,2,buy\nX,A,2,1625975075838009,1.5,2,sell\n"
BAD = "X,A,3,1625975075838001,-1,2,buy\nX,A,4,1625975075838002,abc,2,buy\n"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(HEADER + text)
        return name

    return written


def test_the_names_of_the_options_are_those_of_the_readers() -> None:
    assert [name.value for name in LayoutName] == [layout.value for layout in Layout]
    assert [name.value for name in UnitName] == list(get_args(Unit))


def test_an_import_counts_what_it_read(k2: Any, write: Any) -> None:
    ran = k2("trades", "import", write("a.csv", GOOD), write("b.csv", GOOD + BAD), "-o", "json")
    report = json.loads(ran.out)

    assert (report["rows_read"], report["imported"]) == (6, 4)
    assert report["rejected"] == {"price_negative": 1, "price_not_a_number": 1}
    assert report["rejects_file"] == "a.csv.rejects.csv"
    assert (report["first"], report["last"]) == ("2021-07-11T03:44:35.838000Z", "2021-07-11T03:44:35.838009Z")
    assert [(f["file"], f["rows"], f["rejected"]) for f in report["files"]] == [("a.csv", 2, 0), ("b.csv", 4, 2)]
    assert (report["files"][0]["unit"], report["files"][0]["header"]) == ("us", True)


def test_trades_are_numbered_through_all_files(k2: Any, write: Any) -> None:
    k2("trades", "import", write("a.csv", GOOD), write("b.csv", GOOD))
    imported = pa.concat_tables(k2.asked.appended)

    assert imported["platform_sequence"].to_pylist() == [0, 1, 2, 3]
    assert set(imported["ingestion_timestamp"].to_pylist()) == {1_709_294_400_000_000}


def test_rejected_rows_are_listed_with_their_place(k2: Any, write: Any) -> None:
    k2("trades", "import", write("a.csv", GOOD + BAD), "--rejects", "left-out.csv")
    with (k2.folder / "left-out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert [(row["file"], row["line"], row["reason"]) for row in rows] == [
        ("a.csv", "4", "price_negative"),
        ("a.csv", "5", "price_not_a_number"),
    ]
    assert rows[0]["text"] == "X,A,3,1625975075838001,-1,2,buy"


def test_no_list_is_made_when_nothing_is_rejected(k2: Any, write: Any) -> None:
    k2("trades", "import", write("a.csv", GOOD))

    assert not list(k2.folder.glob("*.rejects.csv"))


def test_strict_imports_nothing_and_lists_every_rejected_row(k2: Any, write: Any) -> None:
    ran = k2("trades", "import", write("a.csv", GOOD + BAD), "--strict")

    assert (ran.code, ran.out) == (2, "")
    assert k2.asked.appended == []
    assert "nothing was imported: 2 of 4 rows" in ran.err
    assert "--strict" in ran.err
    assert len((k2.folder / "a.csv.rejects.csv").read_text().splitlines()) == 3


def test_strict_imports_what_is_clean(k2: Any, write: Any) -> None:
    assert k2("trades", "import", write("a.csv", GOOD), "--strict").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nope.csv",), ("nope.csv", "does not exist")),
        ((".",), ("directory",)),
        (("a.csv", "--rejects", "a.csv"), ("a.csv", "one of the files")),
        (("a.csv", "--rejects", "no/where.csv"), ("no/where.csv", "--rejects FILE")),
        (("a.csv", "--layout", "kraken"), ("--exchange", "--symbol")),
        (("a.csv", "--layout", "kraken", "--exchange", "k", "--symbol", "s"), ("a.csv",)),
    ],
)
def test_what_cannot_be_imported_says_why(
    k2: Any, write: Any, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    write("a.csv", GOOD + BAD)
    ran = k2("trades", "import", *arguments)

    assert (ran.code, ran.out) == (2, "")
    for word in words:
        assert word in ran.err


def test_generated_trades_are_the_same_for_the_same_seed(k2: Any) -> None:
    options = "trades generate --trades 500 --start 2024-01-01T00:00:00Z --seed 3 --symbols BTCUSDT --duplicates 0"
    k2(*options.split())
    first = pa.concat_tables(k2.asked.appended)
    k2(*options.split())

    assert pa.concat_tables(k2.asked.appended).equals(first)
    assert first.num_rows == 500
    assert set(first["symbol"].to_pylist()) == {"BTCUSDT"}


def test_generated_trades_start_yesterday(k2: Any) -> None:
    report = json.loads(k2("trades", "generate", "--trades", "500", "-o", "json").out)

    assert report["first"].startswith("2024-02-29T00:")
    assert report["last"].startswith("2024-02-29T23:")
    assert report["seed"] == 1


@pytest.mark.parametrize(
    "option",
    [
        "--trades 0",
        "--days 0",
        "--days -1",
        "--late 1.5",
        "--duplicates -1",
        "--start soon",
        "--symbols ,",
        "--days nan",
        "--days inf",
        "--start 9999-12-31T23:00:00Z",
    ],
)
def test_recipes_that_make_no_trades_are_refused(k2: Any, option: str) -> None:
    ran = k2("trades", "generate", *option.split())

    assert (ran.code, ran.out) == (2, "")
    assert "error: " in ran.err


def test_an_import_without_tables_tells_the_line_that_makes_them(k2: Any, write: Any) -> None:
    k2.error = TableMissing("market_data.gold_crypto_trades")
    ran = k2("trades", "import", write("a file.csv", GOOD), "--strict")

    assert ran.code == 2
    assert "table market_data.gold_crypto_trades does not exist" in ran.err
    assert "k2 trades import 'a file.csv' --strict --create\n" in ran.err


def test_create_makes_what_is_not_there_and_tells_it(k2: Any, write: Any) -> None:
    (k2.folder / "k2-data" / "catalog.db").unlink()
    ran = k2("trades", "import", write("a.csv", GOOD), "--create")
    tables = [f"market_data.gold_ohlcv_{name}" for name in ("1m", "5m", "30m", "1h", "1d")]

    assert ran.code == 0
    assert k2.asked.created == {"with_trades": True, "evolve": False}
    assert "5 tables made in market_data\n" in ran.out
    assert json.loads(k2("trades", "import", "a.csv", "--create", "-o", "json").out)["created"] == tables


def test_a_file_that_is_not_there_makes_no_tables(k2: Any) -> None:
    assert k2("trades", "import", "gone.csv", "--create").code == 2
    assert k2.asked.created == {}

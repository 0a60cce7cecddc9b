"""What comes into the source table, from files and from the generator."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import csv
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pytest

from engines.errors import TableMissing
from k2cli.commands.unit_names import UnitName
from k2cli.reports import ImportReport
from k2cli.trades import Unit

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
        ((".",), ("b.csv", "do not name their exchange")),
        (("a.csv", "--rejects", "a.csv"), ("a.csv", "one of the files")),
        (("a.csv", "--rejects", "no/where.csv"), ("no/where.csv", "--rejects FILE")),
        (("b.csv", "--layout", "binance-trades"), ("--exchange", "binanceusdm")),
        (("a.csv", "--layout", "binance-trade"), ("binance-trade", "did you mean 'binance-trades'?")),
        (("a.csv", "--layout", "mine.toml"), ("mine.toml", "cannot be read")),
        (("a.csv", "--strict", "--allow-rejects"), ("--strict", "--allow-rejects")),
        (("a.csv", "--layout", "kraken", "--exchange", "k", "--symbol", "s"), ("a.csv",)),
    ],
)
def test_what_cannot_be_imported_says_why(
    k2: Any, write: Any, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    write("a.csv", GOOD + BAD)
    (k2.folder / "b.csv").write_text("1,2.5,3,7.5,1704067200000,True\n")
    ran = k2("trades", "import", *arguments)

    assert (ran.code, ran.out) == (2, "")
    for word in words:
        assert word in ran.err


LARGE = "X,A,5,1625975075838001,10000000000,2,buy\nX,A,6,9625975075838001000,1,2,buy\n"


def test_a_trade_that_would_be_left_out_imports_nothing(k2: Any, write: Any) -> None:
    ran = k2("trades", "import", write("a.csv", GOOD + BAD + LARGE))

    assert (ran.code, ran.out) == (3, "")
    assert k2.asked.appended == []
    assert "2 of 6 rows are trades that would be left out (price_too_large 1, timestamp_out_of_range 1)" in ran.err
    assert "--price-shift" in ran.err
    assert "--allow-rejects" in ran.err
    assert len((k2.folder / "a.csv.rejects.csv").read_text().splitlines()) == 5


@pytest.mark.parametrize(
    ("price", "quantity", "scale"),
    [
        ("0.000011231", "1", "scale = 9"),
        ("0.0000112310", "1.00000000000", "scale = 9"),
        ("0.00000001", "1e-11", "scale = 11"),
        ("1e-12", "1000000000000", "scale = 12"),
        ("20000000000", "1", "scale = 9"),
        ("1", "20000000000", "create-tables --evolve"),
        ("1e-13", "1", ""),
        ("1e-12", "1e28", ""),
    ],
)
def test_numbers_that_do_not_fit_name_the_scale_that_would_do(
    k2: Any, write: Any, price: str, quantity: str, scale: str
) -> None:
    """The table of this lake has quantities of 18 digits, as former versions made them."""
    ran = k2("trades", "import", write("a.csv", GOOD + f"X,A,5,1625975075838001,{price},{quantity},buy\n"))

    assert ran.code == 3
    assert scale in ran.err
    assert ("scale = " in ran.err, "--evolve" in ran.err) == ("scale = " in scale, "--evolve" in scale)


def test_what_is_left_out_with_consent_is_said(k2: Any, write: Any) -> None:
    ran = k2("trades", "import", write("a.csv", GOOD + BAD + LARGE), "--allow-rejects", "-o", "json")
    report = json.loads(ran.out)

    assert (ran.code, report["imported"], report["left_out"]) == (0, 2, 2)
    assert "2 of them are trades, left out" in k2("trades", "import", "a.csv", "--allow-rejects").out


def test_a_file_in_which_nothing_fits_is_left_out_too(k2: Any, write: Any) -> None:
    """It is not taken for another layout: its numbers are trades, in another unit."""
    ran = k2("trades", "import", write("a.csv", LARGE.splitlines(keepends=True)[0]))

    assert ran.code == 3
    assert "--price-shift" in ran.err


def test_rejected_rows_go_beside_the_settings_and_not_beside_the_data(k2: Any, write: Any) -> None:
    (k2.folder / "data").mkdir()
    (k2.folder / write("a.csv", GOOD + BAD)).rename(k2.folder / "data" / "a.csv")
    k2("trades", "import", "data/a.csv")

    assert [path.name for path in k2.folder.glob("**/*.rejects.csv")] == ["a.csv.rejects.csv"]
    assert (k2.folder / "a.csv.rejects.csv").is_file()


def test_what_is_no_file_of_trades_is_set_aside_with_a_word(k2: Any, write: Any) -> None:
    write("a.csv", GOOD + BAD)
    k2("trades", "import", "a.csv")
    write("empty.csv", "")
    (k2.folder / "nothing.csv").write_text("")
    (k2.folder / "b.zip.CHECKSUM").write_text("0" * 64 + "  b.zip\n")
    names = ["a.csv", "a.csv.rejects.csv", "b.zip.CHECKSUM", f"../{k2.folder.name}/a.csv", "empty.csv", "nothing.csv"]

    report = json.loads(k2("trades", "import", *names, "-o", "json").out)

    notes = ["", "a list of rejected rows", "a checksum file", "named twice", "holds no rows", "holds no rows"]
    assert [(file["file"], file["note"]) for file in report["files"]] == list(zip(names, notes, strict=True))
    assert (report["rows_read"], report["imported"]) == (4, 2)


def test_nothing_but_empty_files_is_no_error(k2: Any) -> None:
    (k2.folder / "nothing.csv").write_text("")
    ran = k2("trades", "import", "nothing.csv")

    assert ran.code == 0
    assert "nothing.csv: holds no rows" in ran.out


@pytest.mark.parametrize(
    ("checksum", "code", "words"),
    [
        ("{digest}  a.csv", 0, "2 trades imported"),
        ("{DIGEST} *a.csv", 0, "2 trades imported"),
        ("0" * 64 + "  a.csv", 3, "does not agree with its checksum"),
        ("not found", 3, "holds no SHA-256 or MD5 digest"),
    ],
)
def test_a_checksum_beside_its_file_is_checked(k2: Any, write: Any, checksum: str, code: int, words: str) -> None:
    path = k2.folder / write("a.csv", GOOD)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("a.csv.CHECKSUM").write_text(checksum.format(digest=digest, DIGEST=digest.upper()))
    ran = k2("trades", "import", "a.csv")

    assert ran.code == code
    assert words in ran.out + ran.err


def test_each_member_of_an_archive_has_its_line(k2: Any) -> None:
    row = "1,60000.0,1,60000,1709251200000,True,True\n"
    with zipfile.ZipFile(k2.folder / "march.zip", "w") as archive:
        for symbol in ("BTCUSDT", "ETHUSDT"):
            archive.writestr(f"{symbol}-trades-2024-03-01.csv", row)
    line = ("trades", "import", "march.zip", "--layout", "binance-trades", "--exchange", "binance")

    report = json.loads(k2(*line, "-o", "json").out)

    assert [(file["file"], file["symbol"], file["rows"]) for file in report["files"]] == [
        ("march.zip!BTCUSDT-trades-2024-03-01.csv", "BTCUSDT", 1),
        ("march.zip!ETHUSDT-trades-2024-03-01.csv", "ETHUSDT", 1),
    ]
    assert "ETHUSDT" in k2(*line).out


def test_what_is_not_known_is_said(k2: Any, write: Any) -> None:
    row = "X,A,1,2021-07-11 03:44:35.838,1.5,2,sideways\n"
    ran = k2("trades", "import", write("a.csv", row))

    assert ran.code == 0
    assert "times without a zone are taken for UTC" in ran.out
    assert "trades whose side is neither buy nor sell: 1" in ran.out


def test_a_report_that_loses_rows_is_refused() -> None:
    """Rows in are rows stored and rows rejected: of every import in these tests, for each makes its report."""
    with pytest.raises(ValueError, match="3 rows read, 1 imported"):
        ImportReport(
            table="t",
            files=(),
            rows_read=3,
            imported=1,
            rejected={"price_zero": 1},
            rejects_file="r",
            first=None,
            last=None,
            snapshot_id=1,
            bytes_written=1,
        )


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
    assert k2.asked.created == {"with_trades": True, "evolve": False, "partition_by": None}
    assert "5 tables made in market_data\n" in ran.out
    assert json.loads(k2("trades", "import", "a.csv", "--create", "-o", "json").out)["created"] == tables


def test_a_file_that_is_not_there_makes_no_tables(k2: Any) -> None:
    assert k2("trades", "import", "gone.csv", "--create").code == 2
    assert k2.asked.created == {}

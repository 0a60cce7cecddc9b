"""What an import and `inspect` say of files beyond their rows: members of archives that are no tables, and floats."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import io
import json
import tarfile
import zipfile
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from k2cli.jobs.inspect_files import Question, inspect_files
from k2cli.rendering.views import view
from k2cli.reports import InspectFilesReport

CSV = "exchange,symbol,trade_id,timestamp,price,quantity,side\nX,A,1,1709251200000,1.5,2,buy\n"


def zipped(k2: Any, *others: str) -> None:
    with zipfile.ZipFile(k2.folder / "a.zip", "w") as archive:
        for name in ("a.csv", *others):
            archive.writestr(name, CSV)


def looked(k2: Any, name: str) -> InspectFilesReport:
    return inspect_files(None, lambda: 1_767_225_600_000_000, Question(files=[k2.folder / name]))


def test_notes_in_an_archive_are_counted(k2: Any) -> None:
    zipped(k2, "README.txt", "a.csv.CHECKSUM", ".DS_Store", "__MACOSX/._a.csv")
    word = "4 members are no tables, and left out: README.txt, a.csv.CHECKSUM, .DS_Store, ..."

    ran = k2("trades", "import", "a.zip")

    assert ran.code == 0
    assert f"a.zip: {word}" in ran.out
    assert list(looked(k2, "a.zip").aside.values()) == [word]


def test_tables_beside_notes_have_their_lines(k2: Any) -> None:
    zipped(k2, "b.csv", "LICENSE")

    report = json.loads(k2("trades", "import", "a.zip", "--mix", "-o", "json").out)

    assert [(file["file"], file["rows"], file["note"]) for file in report["files"]] == [
        ("a.zip", 0, "1 member is no table, and left out: LICENSE"),
        ("a.zip!a.csv", 1, ""),
        ("a.zip!b.csv", 1, ""),
    ]


@pytest.mark.parametrize("other", ["b.xlsx", "more/b.zip", "b.csv.bak", "b"])
def test_what_may_hold_trades_is_left_out_with_consent_only(k2: Any, other: str) -> None:
    zipped(k2, other, "README.md")

    refused = k2("trades", "import", "a.zip")
    agreed = k2("trades", "import", "a.zip", "--allow-rejects")

    assert (refused.code, agreed.code) == (3, 0)
    assert f"nothing was imported: of a.zip these members would be left out, and they may hold trades: {other}" in (
        refused.err
    )
    assert f"a.zip: 2 members are no tables, and left out: {other}, ..." in agreed.out
    assert [word.partition("; ")[2] for word in looked(k2, "a.zip").aside.values()] == [
        "an import stops there, unless --allow-rejects"
    ]


def test_a_link_in_an_archive_is_no_table(k2: Any) -> None:
    with tarfile.open(k2.folder / "a.tar", "w") as archive:
        info = tarfile.TarInfo("a.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV.encode()))
        link = tarfile.TarInfo("b.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "a.csv"
        archive.addfile(link)

    ran = k2("trades", "import", "a.tar")

    assert ran.code == 3
    assert "they may hold trades: b.csv" in ran.err


def test_floats_are_said(k2: Any) -> None:
    rows = {
        "exchange": ["X"] * 3,
        "symbol": ["A"] * 3,
        "trade_id": [1, 2, 3],
        "timestamp": [1709251200000.0] * 3,
        "price": [1.1, 0.3, 1e-9],
        "quantity": [2.0, None, 1.0],
    }
    parquet.write_table(pa.table(rows), k2.folder / "a.parquet")

    ran = k2("trades", "import", "a.parquet", "--allow-rejects")
    report = looked(k2, "a.parquet")

    assert "prices and quantities are floats, each read as the decimal it was printed as: 5" in ran.out
    assert report.files[0].doubles == 5
    assert "; 5 floats, read as the decimals they were printed as" in str(list(view(report)))

"""Which files are read: folders, standard input, checksums beside them."""

import hashlib
import io
from pathlib import Path

import pytest

from engines.errors import ValidationFailed
from k2cli.jobs.trade_files import GivenFile, given_files
from k2cli.trades import FileUnreadable


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_a_folder_stands_for_its_tables(tmp_path: Path) -> None:
    tables = ["a.parquet", "b=1/y.csv.gz", "b=1/z.csv", "b=2/c.zip", "_key=1/d.jsonl.zst"]
    put(tmp_path, *reversed(tables), "_SUCCESS", ".hidden/x.csv", "_delta_log/0.json", "b=1/.z.csv.crc", "notes.txt")

    files = given_files([tmp_path])

    assert [file.path for file in files[:-1]] == [tmp_path / name for name in sorted(tables)]
    assert all(file.digest and not file.aside for file in files[:-1])
    assert files[-1] == GivenFile(tmp_path, aside="5 files are hidden or no tables: .hidden, _SUCCESS, _delta_log, ...")


def test_a_folder_without_tables(tmp_path: Path) -> None:
    put(tmp_path, "README.md")

    with pytest.raises(FileUnreadable, match=f"there is no table below {tmp_path}"):
        given_files([tmp_path])


def test_what_is_below_a_folder_and_named_too_counts_once(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "b.csv")

    files = given_files([tmp_path / "b.csv", tmp_path])

    assert [(file.path.name, file.aside) for file in files] == [("b.csv", ""), ("a.csv", ""), ("b.csv", "named twice")]


def test_a_folder_may_be_hidden_itself(tmp_path: Path) -> None:
    put(tmp_path / ".data", "a.csv")

    assert [file.path.name for file in given_files([tmp_path / ".data"])] == ["a.csv"]


def test_standard_input_is_kept(tmp_path: Path) -> None:
    piped, again = given_files([Path("-"), Path("-")], io.BytesIO(b"some bytes"))

    assert (str(piped.path), piped.digest) == ("standard input", hashlib.sha256(b"some bytes").hexdigest())
    assert piped.spool is not None
    with piped.spool.open() as one, piped.spool.open() as two:
        assert (one.read(4), two.read(), one.read()) == (b"some", b"some bytes", b" bytes")
    assert again.aside == "named twice"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
@pytest.mark.parametrize("form", ["{digest}  a.zip\n", "{digest}", "MD5 ({upper})"])
def test_a_checksum_beside_a_file(tmp_path: Path, algorithm: str, form: str) -> None:
    path, beside = tmp_path / "a.zip", tmp_path / "a.zip.CHECKSUM"
    path.write_bytes(b"right")
    digest = hashlib.new(algorithm, b"right").hexdigest()
    beside.write_text(form.format(digest=digest, upper=digest.upper()))

    checked = given_files([path, beside])

    assert [file.aside for file in checked] == ["", "a checksum file"]
    assert [file.path for file in given_files([tmp_path])] == [path]
    path.write_bytes(b"wrong")
    with pytest.raises(ValidationFailed, match="does not agree with its checksum"):
        given_files([path])


def test_a_checksum_file_without_a_checksum(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", "a.zip.CHECKSUM")

    with pytest.raises(ValidationFailed, match="holds no SHA-256 or MD5 digest"):
        given_files([tmp_path / "a.zip"])

"""Gzip and zip: told by content, never unpacked to disk by name."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from k2cli.trades import FileUnreadable, NotTrades, shipped

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

GOOD = "1704067200,1.5,2"
KRAKEN = "1688671955.1276,30602.1,0.00326799\n1688671956,30602.2,12\n"


def test_content_tells_the_packing(write: Write, read: Read, k2: Text) -> None:
    text = k2([GOOD, GOOD])
    plain, zipped = read(write(text)), read(write({"a.csv": text}, "a.zip"))
    misnamed = read(write(gzip.compress(text.encode()), "b.csv"))

    assert [result.detected[0].compression for result in (plain, misnamed, zipped)] == ["none", "gzip", "zip"]
    assert plain.table.equals(misnamed.table)
    assert plain.table.equals(zipped.table)
    assert all(result.bytes_read <= result.size for result in (plain, misnamed, zipped))


def test_ids_do_not_depend_on_the_packing(write: Write, read: Read) -> None:
    paths = [write(KRAKEN), write(KRAKEN, "other.csv.gz"), write({"x.csv": KRAKEN}, "x.zip")]

    results = [read(path, "kraken") for path in paths]

    assert results[0].table.equals(results[1].table)
    assert results[0].table.equals(results[2].table)
    assert len(set(results[0].column("message_id"))) == 2


def test_the_same_file_twice_has_the_same_ids(write: Write, read: Read) -> None:
    path = write(KRAKEN)

    assert read(path, "kraken").table.equals(read(path, "kraken").table)


def test_some_rows_without_an_id(write: Write, read: Read) -> None:
    path = write("exchange,symbol,trade_id,timestamp,price,quantity\nX,Y,a7,1704067200,1,1\nX,Y,,1704067200,1,1\n")

    result = read(path)

    assert result.column("trade_id") == ["a7", None]
    assert result.column("message_id") == ["X:Y:a7", "X:Y:row:1704067200000000:100000000:100000000::1"]
    assert result.column("source_sequence") == [2, 3]


def test_each_table_of_an_archive(write: Write, read: Read, k2: Text) -> None:
    members = {
        "README.txt": "hello",
        "folder/": "",
        "folder/two.CSV": k2([GOOD, "1704067200,0,1"]),
        "__MACOSX/folder/._two.csv": b"\0\0",
        ".hidden.csv": b"\0",
        "one.csv": k2([GOOD]),
        "sums.CHECKSUM": "abc",
    }
    path = write(members, "a.zip")

    result = read(path)

    assert [detected.file for detected in result.detected] == [f"{path}!folder/two.CSV", f"{path}!one.csv"]
    assert result.column("platform_sequence") == [0, 1]
    assert [(reject.file, reject.line) for reject in result.rejects] == [(f"{path}!folder/two.CSV", 3)]


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "..\\evil.csv", "C:\\evil.csv", "a/../../evil.csv"]
)
def test_a_path_in_an_archive_is_only_a_label(write: Write, read: Read, k2: Text, tmp_path: Path, name: str) -> None:
    path = write({name: k2([GOOD])}, "a.zip")

    assert read(path).table.num_rows == 1
    assert [entry.name for entry in tmp_path.rglob("*")] == ["a.zip"]
    assert not Path("/etc/evil.csv").exists()
    assert not (tmp_path.parent / "evil.csv").exists()


def test_an_archive_without_tables(write: Write, read: Read) -> None:
    with pytest.raises(NotTrades, match=r"no member of the archive ends in \.csv"):
        read(write({"a.md": "x"}, "a.zip"))


@pytest.mark.parametrize(
    ("content", "name"),
    [({}, "none.zip"), ({"a.csv": ""}, "a.zip"), ("", "a.csv.gz"), ("", "a.csv"), ("\n \n\r\n", "b.csv")],
)
@pytest.mark.parametrize("layout", list(shipped()))
def test_nothing_is_no_trades_and_no_error(
    write: Write, read: Read, content: str | dict[str, str], name: str, layout: str
) -> None:
    result = read(write(content, name), layout)

    assert (result.rows, result.table.num_rows, result.rejects) == (0, 0, [])
    assert [detected.timestamp_unit for detected in result.detected] == [""] * (name != "none.zip")


def test_an_empty_member_does_not_stop_the_others(write: Write, read: Read) -> None:
    result = read(write({"XBTUSD.csv": KRAKEN, "EMPTY.csv": ""}, "z.zip"), "kraken", symbol="XBTUSD")

    assert (result.rows, result.table.num_rows) == (2, 2)


def noise(k2: Text) -> bytes:
    return k2(f"1704067200.{os.urandom(3).hex()},1,1" for _ in range(5000)).encode()


@pytest.mark.parametrize("layout", ["k2", "kraken"])
def test_a_truncated_gzip(write: Write, read: Read, k2: Text, layout: str) -> None:
    data = gzip.compress(k2([GOOD] * 5000).encode() if layout == "k2" else (KRAKEN * 5000).encode())

    with pytest.raises(FileUnreadable, match="truncated"):
        read(write(data[:-20]), layout)


def test_a_corrupt_gzip(write: Write, read: Read, k2: Text) -> None:
    data = bytearray(gzip.compress(noise(k2)))
    data[-100:-60] = b"\xff" * 40

    with pytest.raises(FileUnreadable, match=r"corrupt|cannot be read"):
        read(write(bytes(data)))


def test_a_corrupt_zip(write: Write, read: Read, k2: Text) -> None:
    path = write({"a.csv": noise(k2)}, "a.zip")
    data = bytearray(path.read_bytes())

    path.write_bytes(bytes(data[:-30]))
    with pytest.raises(FileUnreadable, match="corrupt"):
        read(path)

    middle = len(data) // 2
    data[middle : middle + 40] = b"\xff" * 40
    path.write_bytes(bytes(data))
    with pytest.raises(FileUnreadable, match="corrupt"):
        read(path)


def test_a_locked_zip(write: Write, read: Read, k2: Text) -> None:
    path = write({"a.csv": k2([GOOD])}, "a.zip")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag for "encrypted", in the member's header and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))

    with pytest.raises(FileUnreadable, match=r"cannot be unpacked.*password"):
        read(path)


def test_no_file(read: Read, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="is a directory"):
        read(tmp_path)
    with pytest.raises(FileUnreadable, match="does not exist"):
        read(tmp_path / "missing.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileUnreadable, match="no regular file"):
        read(tmp_path / "pipe")

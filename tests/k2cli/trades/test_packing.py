"""Packed files: each kind of compression gives the same trades, or says what is wrong; nothing is unpacked by name."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from k2cli.trades import FileUnreadable, NotTrades
from k2cli.trades.files import Spool, Stream, members
from k2cli.trades.files.streams import BOMB_SIZE

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

GOOD = "1704067200,1.5,2"


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.compress(data, "zstd", asbytes=True)
    return packed


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


def tarred(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def text(k2: Text) -> bytes:
    """A table that does not fit a single read, of digits that hardly compress."""
    return k2(f"1704067200.{int.from_bytes(os.urandom(2)):06}, 1.5,{n + 1}" for n in range(5000)).encode()


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_alone_in_pieces_and_in_archives(write: Write, read: Read, text: bytes, kind: str) -> None:
    pack, plain = PACKERS[kind], read(write(text))
    half = text.index(b"\n", len(text) // 2) + 1

    whole = read(write(pack(text), "trades.bin"))
    pieces = read(write(pack(text[:half]) + pack(text[half:]), "pieces.bin"))
    zipped = read(write({"a.csv.any": b"", "a.csv.xz": pack(text)}, "a.zip"))
    archived = read(write(tarred({"x/a.csv.gz": pack(text)}), "a.tar"))
    packed_archive = read(write(pack(tarred({"x/a.csv": text})), "b.bin"))

    assert whole.detected[0].compression == pieces.detected[0].compression == kind
    assert zipped.detected[0].compression == "zip"
    assert archived.detected[0].compression == packed_archive.detected[0].compression == "tar"
    for result in (whole, pieces, zipped, archived, packed_archive):
        assert result.table.equals(plain.table)
        assert 0 < result.bytes_read <= result.size


@pytest.mark.parametrize("cut", [1, 30, -1, -9])
@pytest.mark.parametrize("kind", PACKERS)
def test_truncated(write: Write, read: Read, text: bytes, kind: str, cut: int) -> None:
    data = PACKERS[kind](text)
    kept = 8 + cut if cut > 0 else cut

    for packed in (data[:kept], data + data[:kept]):
        with pytest.raises(FileUnreadable, match=r"truncated|corrupt"):
            read(write(packed, "trades.bin"))


@pytest.mark.parametrize("kind", PACKERS)
def test_corrupt(write: Write, read: Read, text: bytes, kind: str) -> None:
    data = bytearray(PACKERS[kind](text))
    middle = len(data) // 2
    data[middle : middle + 40] = b"\xff" * 40

    with pytest.raises(FileUnreadable, match=r"corrupt|cannot be read"):
        read(write(bytes(data), "trades.bin"))


@pytest.mark.parametrize("kind", PACKERS)
def test_what_follows_the_end_is_not_dropped(write: Write, read: Read, text: bytes, kind: str) -> None:
    with pytest.raises(FileUnreadable, match=r"corrupt|cannot be read"):
        read(write(PACKERS[kind](text) + b"1704067200,1.5,2\n", "trades.bin"))


def test_padding_and_frames_without_data(write: Write, read: Read, text: bytes) -> None:
    plain = read(write(text)).table
    skippable = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"abcd"

    assert read(write(lzma.compress(text) + b"\0" * 8, "a.xz")).table.equals(plain)
    assert read(write(skippable + zstd(text), "a.zst")).table.equals(plain)


def test_a_decoder_takes_no_memory_without_bound(write: Write, read: Read, text: bytes) -> None:
    huge = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]

    with pytest.raises(FileUnreadable, match=r"corrupt: .*[Mm]emory"):
        read(write(lzma.compress(text, filters=huge), "trades.csv.xz"))


@pytest.mark.parametrize("where", ["end", "header", "data", "blocks"])
def test_a_spoilt_tar(write: Write, read: Read, text: bytes, where: str) -> None:
    data = tarred({"a.csv": text, "b.csv": text})
    second = data.index(b"b.csv")
    spoilt = {
        "end": data[: second + 1000],
        "header": data[:second] + b"\xff" * 512 + data[second + 512 :],
        "data": data[:2000],
        "blocks": data[: second + 512 + len(text) + (-len(text) % 512)],
    }[where]

    with pytest.raises(FileUnreadable, match=r"truncated|corrupt"):
        read(write(spoilt, "a.tar"))


def test_a_tar_with_a_header_of_gigabytes(write: Write, read: Read, text: bytes) -> None:
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, 1 << 33

    with pytest.raises(FileUnreadable, match=r"corrupt: a header of \d+ bytes"):
        read(write(info.tobuf(tarfile.GNU_FORMAT) + text, "a.tar"))


def test_only_files_of_a_tar_are_read(write: Write, read: Read, k2: Text) -> None:
    buffer = io.BytesIO(tarred({"../a.csv": k2([GOOD]).encode(), "README.txt": b"hello", "_SUCCESS": b""}))
    with tarfile.open(fileobj=buffer, mode="a") as archive:
        link = tarfile.TarInfo("link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    path = write(buffer.getvalue(), "a.tar")

    assert [found.file for found in read(path).detected] == [f"{path}!../a.csv"]
    assert [entry.name for entry in path.parent.rglob("*")] == ["a.tar"]


def test_an_archive_in_an_archive(write: Write, read: Read, k2: Text) -> None:
    inner = write({"a.csv": k2([GOOD])}, "inner.zip").read_bytes()

    with pytest.raises(NotTrades, match=r"a\.zip!a\.csv is an archive in an archive"):
        read(write({"a.csv": inner}, "a.zip"))


def test_text_is_a_table_where_there_is_no_other(write: Write, read: Read, k2: Text) -> None:
    beside = write({"notes.txt": "hello", "a.csv": k2([GOOD])}, "beside.zip")
    alone = write({"trades.txt": k2([GOOD])}, "alone.zip")

    assert [found.file for found in read(beside).detected] == [f"{beside}!a.csv"]
    assert [found.file for found in read(alone).detected] == [f"{alone}!trades.txt"]


def test_bytes_from_elsewhere(write: Write, read: Read, text: bytes) -> None:
    for data in (text, gzip.compress(text), write({"a.csv": text}, "a.zip").read_bytes()):
        spool = Spool(io.BytesIO(data), "standard input")

        result = read(Path("standard input"), spool=spool)

        assert result.rows == 5000
        assert result.detected[0].file.startswith("standard input")
        assert result.bytes_read <= result.size == len(data)


def test_folders_name_what_rows_do_not(write: Write, read: Read) -> None:
    rows = "timestamp,price,quantity\n1704067200,1,1\n"
    path = write(rows, "a.csv")
    folder = path.parent / "Exchange=kraken" / "symbol=BTC%2FUSD" / "day=2024-01-01"
    folder.mkdir(parents=True)
    moved = path.rename(folder / "part-0.csv")

    trade = read(moved).trades[0]

    assert (trade["exchange"], trade["symbol"]) == ("kraken", "BTC/USD")
    assert dict(members(moved).tables[0].keys) == {"Exchange": "kraken", "symbol": "BTC/USD", "day": "2024-01-01"}
    inside = write({"symbol=ETHUSD/part-0.csv": rows}, "a.zip")
    assert read(inside, exchange="x").trades[0]["symbol"] == "ETHUSD"


class _Zeros(io.BytesIO):
    """Any number of zeros."""

    def read(self, size: int | None = -1, /) -> bytes:
        return _BLOCK[: size or 0]


_BLOCK = bytes(1 << 24)


def test_a_bomb_is_not_unpacked() -> None:
    packed = io.BytesIO(bytes(1000))
    packed.seek(1000)
    stream = Stream(packed, _Zeros(), "bomb.gz")

    with pytest.raises(FileUnreadable, match=r"bomb\.gz unpacks to more than 200 times its size"):
        [stream.read(len(_BLOCK)) for _ in range(BOMB_SIZE // len(_BLOCK) + 1)]


def test_a_large_file_is_no_bomb() -> None:
    packed = io.BytesIO(_BLOCK)
    packed.seek(len(_BLOCK))
    stream = Stream(packed, _Zeros(), "large.gz")

    assert sum(len(stream.read(len(_BLOCK))) for _ in range(100)) > BOMB_SIZE

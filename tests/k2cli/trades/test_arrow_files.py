"""Feather and Arrow streams; columns of doubles, in Parquet, too."""

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from k2cli.trades import FileUnreadable, NotTrades

Write = Callable[..., Path]
Read = Callable[..., Any]


def table(**columns: pa.Array) -> pa.Table:
    usual = {
        "note": pa.array([{"a": 1}, None, None]),
        "exchange": pa.array(["X", "X", "X"]).dictionary_encode(),
        "symbol": pa.array(["Y", "Y", "Y"], pa.string_view()),
        "trade_id": pa.array([1, 2, 3]),
        "timestamp": pa.array([1704067200000] * 3),
        "price": pa.array([37000.1, 0.30000000000000004, 1e-8]),
        "quantity": pa.array(["1", "2", "3"], pa.large_string()),
        "side": pa.nulls(3),
    }
    return pa.table(usual | columns)


def feathered(data: pa.Table, compression: str = "zstd") -> bytes:
    buffer = io.BytesIO()
    feather.write_feather(data, buffer, compression=compression, chunksize=2)
    return buffer.getvalue()


def streamed(data: pa.Table, compression: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with ipc.new_stream(buffer, data.schema, options=ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(data, max_chunksize=2)
    return buffer.getvalue()


def packed(data: pa.Table, _: str = "") -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(data, buffer)
    return buffer.getvalue()


WRITERS = {"feather": feathered, "stream": streamed, "parquet": packed}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("size", [1, 100_000])
def test_all_kinds_of_columns(write: Write, read: Read, kind: str, size: int) -> None:
    data = WRITERS[kind](table())

    results = [read(write(data, "a.bin"), chunk_bytes=size), read(write({"a.arrow": data}, "a.zip"), chunk_bytes=size)]

    for result in results:
        assert result.column("price") == [Decimal("37000.1"), Decimal("0.3"), Decimal("0.00000001")]
        assert result.column("trade_id") == ["1", "2", "3"]
        assert result.column("side") == [None] * 3
        assert result.detected[0].format == ("parquet" if kind == "parquet" else "feather")
        assert 0 < result.bytes_read <= result.size


@pytest.mark.parametrize("kind", WRITERS)
def test_doubles_that_stand_for_no_decimal_are_left_out(write: Write, read: Read, kind: str) -> None:
    columns = {
        "price": pa.array([1 / 3, 3e7 + 0.5, 37000.1]),
        "timestamp": pa.array([1704067200.123456] * 3),
        "trade_id": pa.array([1.0, 2.0, None]),
    }

    result = read(write(WRITERS[kind](table(**columns)), "a.bin"))

    assert result.reasons == [(1, "price_too_many_decimals"), (2, "price_inexact")]
    assert result.column("timestamp") == [1704067200123456]
    assert result.column("trade_id") == [None]
    assert "inexact" in result.rejects[1].text


@pytest.mark.parametrize("kind", WRITERS)
def test_decimals_of_any_width(write: Write, read: Read, kind: str) -> None:
    wide = pa.array([Decimal("1.5"), Decimal(10) ** 60, Decimal("1e-9")], pa.decimal256(76, 9))

    result = read(write(WRITERS[kind](table(price=wide)), "a.bin"))

    assert result.column("price") == [Decimal("1.5")]
    assert result.reasons == [(2, "price_too_large"), (3, "price_too_many_decimals")]


@pytest.mark.parametrize("kind", WRITERS)
def test_types_that_hold_no_trade(write: Write, read: Read, kind: str) -> None:
    for wrong in (pa.array([1.0] * 3, pa.float32()), pa.array([[1]] * 3), pa.array([b"1"] * 3)):
        with pytest.raises(NotTrades, match="column price is"):
            read(write(WRITERS[kind](table(price=wrong)), "a.bin"))


@pytest.mark.parametrize("kind", WRITERS)
def test_no_rows(write: Write, read: Read, kind: str) -> None:
    result = read(write(WRITERS[kind](table().slice(0, 0)), "a.bin"))

    assert (result.rows, result.table.num_rows) == (0, 0)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("cut", [1, 8, 100, 700])
def test_truncated(write: Write, read: Read, kind: str, cut: int) -> None:
    with pytest.raises(FileUnreadable, match=r"truncated|corrupt"):
        read(write(WRITERS[kind](table())[:-cut], "a.bin"))


def test_text_that_is_none(write: Write, read: Read) -> None:
    wrong = pa.Array.from_buffers(
        pa.string(),
        3,
        [None, pa.py_buffer(b"".join(n.to_bytes(4, "little") for n in range(4))), pa.py_buffer(b"\xff12")],
    )
    with pytest.raises(FileUnreadable, match="corrupt"):
        read(write(feathered(table(quantity=wrong)), "a.bin"))


def test_the_first_version_of_feather(write: Write, read: Read) -> None:
    with pytest.raises(NotTrades, match="first version of Feather"):
        read(write(b"FEA1" + bytes(100), "a.feather"))


def test_a_length_that_no_file_has(write: Write, read: Read) -> None:
    data = streamed(table())

    with pytest.raises(FileUnreadable, match=r"has a block of 2147483632 bytes|corrupt"):
        read(write(data[:4] + (2**31 - 16).to_bytes(4, "little") + data[8:], "a.bin"))


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
@pytest.mark.parametrize("kind", ["feather", "stream", "dictionary"])
def test_a_block_that_unpacks_to_gigabytes_is_not_unpacked(write: Write, read: Read, kind: str, codec: str) -> None:
    """The size stands before each block, as Arrow writes it; Arrow takes so much memory."""
    texts = pa.array(["x" * 100] * 1000)
    data = pa.table(dict.fromkeys(["exchange", "symbol"], texts.dictionary_encode() if kind == "dictionary" else texts))
    written = streamed(data, codec) if kind == "stream" else feathered(data, codec)
    size = (100 if kind == "dictionary" else 200).to_bytes(8, "little")
    assert size in written

    for name in ("a.arrow", "a.arrow.gz"):
        with pytest.raises(FileUnreadable, match=r"has a block of \d{13,} bytes"):
            read(write(written.replace(size, (1 << 40).to_bytes(8, "little")), name))

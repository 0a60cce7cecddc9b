"""Parquet: the names of k2 or of the layout, in any type that is exact."""

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from k2cli.trades import FileUnreadable, LayoutMismatch, NotTrades

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

TIME = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def packed(**columns: pa.Array) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer, row_group_size=2)
    return buffer.getvalue()


def trades(**columns: pa.Array) -> bytes:
    usual = {
        "exchange": pa.array(["X", "X", "X"]).dictionary_encode(),
        "symbol": pa.array(["Y", "Y", "Y"]),
        "trade_id": pa.array([1, 2, 3]),
        "timestamp": pa.array([1704067200000] * 3),
        "price": pa.array([Decimal("0.00000001"), Decimal("1.5"), Decimal("2.50")], pa.decimal128(20, 10)),
        "quantity": pa.array([1, 2, 3]),
    }
    return packed(**(usual | columns))


def test_k2_names(write: Write, read: Read) -> None:
    result = read(write(trades(), "trades.bin"))

    assert result.column("price") == [Decimal("0.00000001"), Decimal("1.5"), Decimal("2.5")]
    assert result.column("message_id") == ["X:Y:1", "X:Y:2", "X:Y:3"]
    assert (result.detected[0].format, result.detected[0].timestamp_unit) == ("parquet", "ms")
    assert result.bytes_read == result.size


@pytest.mark.parametrize(
    "times",
    [
        pa.array([TIME] * 3, pa.timestamp("us", "UTC")),
        pa.array([TIME] * 3, pa.timestamp("ns", "UTC")),
        pa.array([TIME] * 3, pa.timestamp("ms", "UTC")),
        pa.array(["1704067200.0"] * 3),
        pa.array([Decimal("1704067200.000000")] * 3),
    ],
)
def test_types_of_time(write: Write, read: Read, times: pa.Array) -> None:
    assert set(read(write(trades(timestamp=times))).column("timestamp")) == {1704067200000000}


@pytest.mark.parametrize(
    "prices",
    [
        pa.array(["1.5", "2", "3e-8"]),
        pa.array(["1.5", "2", "3e-8"], pa.large_string()),
        pa.array([Decimal("1.5"), Decimal(2), Decimal("0.00000003")], pa.decimal256(40, 8)),
    ],
)
def test_types_of_price(write: Write, read: Read, prices: pa.Array) -> None:
    assert read(write(trades(price=prices))).column("price") == [Decimal("1.5"), Decimal(2), Decimal("0.00000003")]


@pytest.mark.parametrize("column", ["price", "quantity", "timestamp"])
def test_floats_of_32_bits_are_refused(write: Write, read: Read, column: str) -> None:
    with pytest.raises(NotTrades, match=f"column {column} is float, and a float is not exact"):
        read(write(trades(**{column: pa.array([1.0, 2.0, 3.0], pa.float32())})))


def test_other_types_are_refused(write: Write, read: Read) -> None:
    with pytest.raises(NotTrades, match="column price is list"):
        read(write(trades(price=pa.array([[1], [2], [3]]))))


@pytest.mark.parametrize("size", [1, 100_000])
def test_rejects_name_the_row(write: Write, read: Read, size: int) -> None:
    path = write(trades(price=pa.array(["1", None, "0"]), quantity=pa.array([1, 1, -1])))

    result = read(path, chunk_bytes=size)

    assert result.reasons == [(2, "price_empty"), (3, "price_zero")]
    assert result.rejects[1].text == "X,Y,3,1704067200000,0,-1"


def test_a_layouts_own_names(write: Write, read: Read) -> None:
    data = packed(
        id=pa.array([5]),
        price=pa.array(["1"]),
        qty=pa.array(["2"]),
        quote_qty=pa.array(["2"]),
        time=pa.array([1735689600063]),
        is_buyer_maker=pa.array([True]),
    )

    result = read(write(data), "binance-trades")

    assert (result.column("message_id"), result.column("side")) == (["BINANCE:BTCUSDT:5"], ["sell"])


def test_k2_names_are_recognised(write: Write, read: Read) -> None:
    assert read(write(trades()), None).detected[0].layout == "k2"
    with pytest.raises(LayoutMismatch, match="no column volume for layout kraken"):
        read(write(trades()), "kraken")


def test_missing_columns(write: Write, read: Read) -> None:
    with pytest.raises(LayoutMismatch, match="no column timestamp, quantity for layout k2"):
        read(write(packed(price=pa.array(["1"]))))


@pytest.mark.parametrize("name", ["trades.parquet.gz", "trades.zip"])
def test_packed_and_without_ids(write: Write, read: Read, name: str) -> None:
    data = pl.read_parquet(io.BytesIO(trades())).drop("trade_id")
    buffer = io.BytesIO()
    data.write_parquet(buffer)
    plain = read(write(buffer.getvalue(), "trades.parquet"))

    result = read(write({"t.parquet": buffer.getvalue()} if name.endswith("zip") else buffer.getvalue(), name))

    assert result.table.equals(plain.table)
    assert result.column("source_sequence") == [1, 2, 3]


def test_no_rows(write: Write, read: Read, k2: Text) -> None:
    empty = pl.read_parquet(io.BytesIO(trades())).clear()
    buffer = io.BytesIO()
    empty.write_parquet(buffer)

    result = read(write({"empty.parquet": buffer.getvalue(), "full.csv": k2(["1704067200,1,1"])}, "a.zip"))

    assert result.table.num_rows == 1


def test_corrupt(write: Write, read: Read) -> None:
    data = trades()

    with pytest.raises(FileUnreadable, match="corrupt"):
        read(write(data[:-40]))
    with pytest.raises(FileUnreadable, match="corrupt"):
        read(write(b"PAR1" + b"\xff" * 60 + data[64:]))


@pytest.mark.long
def test_a_column_that_unpacks_to_half_a_gigabyte_is_not_unpacked(tmp_path: Path, read: Read) -> None:
    """Of all columns the first rows are looked at, and Arrow unpacks a whole page for one row."""
    path = tmp_path / "a.parquet"
    table = pa.table({"note": ["x" * (9 << 20)] * 60})
    parquet.write_table(table, path, compression="zstd", use_dictionary=False)

    with pytest.raises(FileUnreadable, match="column note unpacks to"):
        read(path)


def test_a_name_of_a_column_that_is_no_text(write: Write, read: Read) -> None:
    with pytest.raises(FileUnreadable, match="is corrupt"):
        read(write(trades().replace(b"symbol", b"\x80ymbol"), "a.parquet"))

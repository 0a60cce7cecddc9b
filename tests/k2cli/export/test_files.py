"""Each format holds every candle with every digit, in bounded parts, and tells when the disk is full."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from engines.errors import Unavailable, UsageError
from k2cli.export.files import new_file
from k2cli.export.formats import SUFFIXES, Format, format_of
from k2cli.export.sinks import Sink

MOMENT = pa.timestamp("us", tz="UTC")
NASTY = ["BTC,USDT", 'a"b', "line\nbreak", " blank ", "ünï€", "<script>", "", "carriage\rreturn", "null", "\x00", "1e5"]


def rows() -> pa.Table:
    """A row for each symbol that a format might stumble over, with the largest and smallest numbers."""
    count = len(NASTY)
    starts = [datetime(2024, 3, 1, 0, n, 0, 5 * (n % 2), tzinfo=UTC) for n in range(count)]
    large, small = Decimal("999999999999999999999999999999.99999999"), Decimal("0.00000001")
    columns = {
        "symbol": pa.array(NASTY),
        "window_start": pa.array(starts, MOMENT),
        "window_date": pa.array([start.date() for start in starts]),
        "volume": pa.array([large if n % 2 else small for n in range(count)], pa.decimal128(38, 8)),
        "quote_volume": pa.array([None if n % 3 else Decimal("1E-16") for n in range(count)], pa.decimal128(38, 16)),
        "trade_count": pa.array(range(count), pa.int64()),
    }
    return pa.table(columns)


def written(format_: Format, *tables: pa.Table) -> bytes:
    stream = io.BytesIO()
    to(Sink(stream, "a test"), format_, *tables)
    return stream.getvalue()


def to(sink: Sink, format_: Format, *tables: pa.Table) -> None:
    file = new_file(sink, tables[0].schema, format_)
    for table in tables:
        file.write(table)
    file.close()


def texts(table: pa.Table) -> list[dict[str, Any]]:
    """The rows with decimals and times as the commands' own output writes them."""

    def text(value: object) -> object:
        match value:
            case Decimal():
                return format(value, "f")
            case datetime():
                return value.isoformat().replace("+00:00", "Z")
            case int() | None:
                return value
        return str(value)

    return [{name: text(value) for name, value in row.items()} for row in table.to_pylist()]


READERS: dict[Format, Callable[[bytes], object]] = {
    Format.PARQUET: lambda data: pq.read_table(io.BytesIO(data)).to_pylist(),
    Format.FEATHER: lambda data: feather.read_table(io.BytesIO(data)).to_pylist(),
    Format.NDJSON: lambda data: [json.loads(line) for line in data.decode().splitlines()],
    Format.JSON: json.loads,
}


@pytest.mark.parametrize("format_", READERS)
@pytest.mark.parametrize("parts", [1, 3, 11])
def test_every_row_comes_back_with_every_digit(format_: Format, parts: int) -> None:
    table = rows()
    size = -(-table.num_rows // parts)
    pieces = [table.slice(start, size) for start in range(0, table.num_rows, size)]
    exact = format_ in {Format.PARQUET, Format.FEATHER}

    assert READERS[format_](written(format_, *pieces)) == (table.to_pylist() if exact else texts(table))


@pytest.mark.parametrize(("format_", "unpacked"), [(Format.CSV, bytes), (Format.CSV_GZ, gzip.decompress)])
def test_csv_has_a_header_the_digits_and_empty_cells_for_null(
    format_: Format, unpacked: Callable[[bytes], bytes]
) -> None:
    table = rows()
    data = unpacked(written(format_, table, table))
    read = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    wanted = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in texts(table)]

    assert read == wanted * 2


@pytest.mark.parametrize("format_", [Format.PARQUET, Format.FEATHER])
def test_decimals_keep_their_type_and_times_their_zone(format_: Format) -> None:
    data = io.BytesIO(written(format_, rows()))
    schema = pq.read_schema(data) if format_ is Format.PARQUET else feather.read_table(data).schema

    assert schema.field("volume").type == pa.decimal128(38, 8)
    assert schema.field("window_start").type == MOMENT


@pytest.mark.parametrize("format_", Format)
def test_a_file_without_rows_is_a_whole_file(format_: Format) -> None:
    data = written(format_, rows().slice(0, 0))

    if format_ in {Format.CSV, Format.CSV_GZ}:
        header = ",".join(rows().column_names) + "\n"
        assert (gzip.decompress(data) if format_ is Format.CSV_GZ else data).decode() == header
    else:
        assert READERS[format_](data) == []


def test_text_that_threads_render_stays_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("k2cli.export.text_file._PART", 7)
    table = pa.table({"n": pa.array(range(1000), pa.int64())})
    data = written(Format.CSV, table, table)

    assert data.decode().split() == ["n", *map(str, range(1000)), *map(str, range(1000))]


@pytest.mark.parametrize("format_", [Format.CSV, Format.NDJSON])
def test_a_column_that_is_no_text_is_refused_by_name(format_: Format) -> None:
    table = pa.table({"tags": pa.array([["a"]])})

    with pytest.raises(UsageError, match="column tags"):
        written(format_, table)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("format_", Format)
def test_a_full_disk_is_told_and_may_pass(format_: Format) -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(Unavailable, match="no room to write the disk: no space left"),
    ):
        to(Sink(full, "the disk"), format_, rows())


def test_a_name_tells_its_format_whatever_its_case() -> None:
    assert {suffix: format_of(Path(f"candles{suffix}")) for suffix in SUFFIXES} == SUFFIXES
    assert format_of(Path("CANDLES.CSV.GZ")) is Format.CSV_GZ
    assert format_of(Path("candles.txt")) is None
    assert format_of(Path("csv")) is None

"""Files for other programs: the double nearest to each number, and the time that the program takes a candle to have."""

import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import PurePath

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather

from k2cli.commands.export_names import FormatName, TargetName
from k2cli.export.files import new_file
from k2cli.export.formats import Format
from k2cli.export.shapes import nearest
from k2cli.export.sinks import Sink
from k2cli.export.targets import TARGETS

START = datetime(2024, 3, 1, 22, tzinfo=UTC)
PRICE, VOLUME = Decimal("0.10000001"), Decimal("123456789012345678901234567890.12345678")


def written(target: str, format_: Format, *, hours: int = 1) -> bytes:
    moment, price = pa.timestamp("us", tz="UTC"), pa.decimal128(18, 8)
    prices = {f"{name}_price": pa.array([PRICE], price) for name in ("open", "high", "low", "close")}
    table = pa.table(
        {
            "symbol": ["BTCUSDT"],
            "window_start": pa.array([START], moment),
            "window_end": pa.array([START + timedelta(hours=hours)], moment),
            **prices,
            "volume": pa.array([VOLUME], pa.decimal128(38, 8)),
        }
    )
    shape, stream = TARGETS[target].shape, io.BytesIO()
    file = new_file(Sink(stream, "a test"), shape.schema(table.schema), format_)
    file.write(shape.shaped(table))
    file.close()
    return stream.getvalue()


@given(st.lists(st.integers(-(10**38) + 1, 10**38 - 1), min_size=1), st.sampled_from([8, 12, 16]))
def test_a_double_is_the_nearest_one(unscaled: list[int], places: int) -> None:
    exact = [Decimal(f"{n}E-{places}") for n in unscaled]
    frame = pl.DataFrame({"n": pl.Series(unscaled, dtype=pl.Int128).reinterpret(dtype=pl.Decimal(38, places))})

    assert frame.select(nearest(pl.col("n")))["n"].to_list() == [float(n) for n in exact]


def test_the_names_on_the_command_line_are_those_of_targets_and_formats() -> None:
    assert [name.value for name in TargetName] == list(TARGETS)
    assert [name.value for name in FormatName] == [format_.value for format_ in Format]


def test_freqtrade_gets_milliseconds_of_the_start() -> None:
    table = feather.read_table(io.BytesIO(written("freqtrade", Format.FEATHER)))

    assert table.schema.field("date").type == pa.timestamp("ms", tz="UTC")
    (row,) = table.to_pylist()
    assert list(row) == ["date", "open", "high", "low", "close", "volume"]
    assert row == {
        **dict.fromkeys(["open", "high", "low", "close"], 0.10000001),
        "volume": float(VOLUME),
        "date": START,
    }


@pytest.mark.parametrize(("hours", "time"), [(1, "2024-03-01 23:00:00"), (24, "2024-03-01 22:00:00")])
def test_backtrader_gets_the_end_of_a_window_but_the_date_of_days(hours: int, time: str) -> None:
    header, line = written("backtrader", Format.CSV, hours=hours).decode().splitlines()

    assert header == "datetime,open,high,low,close,volume,openinterest"
    assert line.split(",")[0] == time
    assert [float(text) for text in line.split(",")[1:]] == [0.10000001] * 4 + [float(VOLUME), 0]


@pytest.mark.parametrize(
    ("target", "index", "time", "close"),
    [("vectorbt", "Date", START, "Close"), ("nautilus", "timestamp", START + timedelta(hours=1), "close")],
)
def test_pandas_gets_an_index_of_times(target: str, index: str, time: datetime, close: str) -> None:
    table = pq.read_table(io.BytesIO(written(target, Format.PARQUET)))

    assert json.loads(table.schema.metadata[b"pandas"])["index_columns"] == [index]
    assert table[index].to_pylist() == [time]
    assert table[close].to_pylist() == [0.10000001]


def test_lightweight_charts_gets_seconds_and_numbers() -> None:
    (row,) = json.loads(written("lightweight-charts", Format.JSON))

    assert row == {
        "time": 1709330400,
        "open": 0.10000001,
        "high": 0.10000001,
        "low": 0.10000001,
        "close": 0.10000001,
    } | {"value": float(VOLUME)}


@pytest.mark.parametrize(
    ("timeframe", "words"),
    [("15m", "Minutes, compression=15"), ("4h", "Minutes, compression=240"), ("1d", "Days, compression=1")],
)
def test_the_code_to_type_names_the_timeframe(timeframe: str, words: str) -> None:
    assert words in TARGETS["backtrader"].example(PurePath("a.csv"), timeframe)
    assert (
        TARGETS["nautilus"]
        .example(PurePath("it's.parquet"), timeframe)
        .endswith("""(pd.read_parquet("it's.parquet"))""")
    )

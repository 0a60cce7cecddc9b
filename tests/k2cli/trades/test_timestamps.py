"""Units are told from magnitudes, and microseconds are read from text."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.units import EARLIEST, LATEST
from k2cli.trades import NoTrades
from k2cli.trades.timestamps import UNITS, Unit, micros

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

SCALES = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@pytest.mark.parametrize("unit", UNITS)
def test_k2_unit_is_detected_and_stated(write: Write, read: Read, k2: Text, unit: str) -> None:
    times = [1704067200 * SCALES[unit], 1704067201 * SCALES[unit]]

    result = read(write(k2(f"{time},1,1" for time in times)))

    assert result.detected[0].timestamp_unit == unit
    assert result.column("timestamp") == [1704067200000000, 1704067201000000]


def test_each_row_tells_its_unit(write: Write, read: Read, k2: Text) -> None:
    """Recorders change their unit in the middle of a file."""
    times = ["1704067200000", "1704067200001", "1704067200002000", "1704067200", "2024-01-01T00:00:00.003Z"]

    result = read(write(k2(f"{time},1,1" for time in times)))

    assert (result.detected[0].timestamp_unit, result.reasons) == ("ms", [])
    assert [time - 1704067200000000 for time in result.column("timestamp")] == [0, 1000, 2000, 0, 3000]


def test_a_user_knows_better(write: Write, read: Read, k2: Text) -> None:
    path = write(k2(["1704067200000000,1,1", "1704067200000,1,1", "1704067200001,1,1"]))

    result = read(path, timestamp_unit="us")

    assert result.detected[0].timestamp_unit == "us"
    assert result.column("timestamp") == [1704067200000000]
    with pytest.raises(NoTrades):
        read(path, timestamp_unit="ns")


def test_finer_than_a_microsecond_is_cut_off(write: Write, read: Read, k2: Text) -> None:
    nanoseconds = read(write(k2(["1704067200000000999,1,1"])))
    assert nanoseconds.column("timestamp") == [1704067200000000]

    seconds = read(write(k2(["1704067200.1234569,1,1", "1704067200.123456999999999999,1,1", "1.7040672005e9,1,1"])))
    assert seconds.column("timestamp") == [1704067200123456, 1704067200123456, 1704067200500000]


@pytest.mark.parametrize(
    ("time", "valid"),
    [(EARLIEST, True), (EARLIEST - 1, False), (LATEST - 1, True), (LATEST, False)],
)
@pytest.mark.parametrize("units", [("us",), UNITS])
def test_edges_of_the_plausible(time: int, valid: bool, units: Sequence[Unit]) -> None:
    assert micros(pl.Series([str(time)]), units).values.to_list() == [time if valid else None]


@given(st.integers(EARLIEST, LATEST - 1), st.sampled_from(UNITS), st.integers(0, 999), st.booleans())
def test_each_time_in_each_unit(time: int, unit: str, rest: int, exponent: bool) -> None:
    """Law: a time written in any unit, with whatever decimals it takes, is read back to the microsecond."""
    value = Fraction(time * 1000 + rest, 10**9) * SCALES[unit]
    whole, decimals = divmod(value.numerator * 10**9 // value.denominator, 10**9)
    text = f"{whole}.{decimals:09}" + "e0" * exponent

    assert micros(pl.Series([text]), UNITS).values.to_list() == [time]


def test_date_and_hour_are_utc(write: Write, read: Read, k2: Text) -> None:
    result = read(write(k2(["1704067199.999999,1,1", "1704067200,1,1"])))

    assert [str(date) for date in result.column("exchange_date")] == ["2023-12-31", "2024-01-01"]
    assert result.column("exchange_hour") == [23, 0]

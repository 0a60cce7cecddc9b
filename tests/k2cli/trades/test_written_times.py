"""Law: a time written as ISO 8601, however it is varied, is the instant that the standard library reads."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.domain.timeframe import to_instant
from engines.domain.units import LATEST
from k2cli.trades.timestamps import UNITS, micros

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

moments = st.datetimes(datetime(2009, 1, 3), datetime(2199, 12, 30))  # noqa: DTZ001 - the zone is drawn apart
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59)


def offset_text(minutes: int, style: str) -> str:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"{sign}{hours:02}" + ("" if style == "hours" and not rest else f"{':' * (style != 'basic')}{rest:02}")


@given(moments, offsets, st.sampled_from("TtD "), st.sampled_from(["hours", "basic", "colon"]), st.integers(0, 12))
def test_offsets_and_digits(moment: datetime, minutes: int, separator: str, style: str, digits: int) -> None:
    """Digits beyond the sixth are cut off."""
    fraction = f"{moment.microsecond:06}999999"[:digits]
    text = (
        f"{moment:%Y-%m-%d}{separator}{moment:%H:%M:%S}" + f".{fraction}" * bool(digits) + offset_text(minutes, style)
    )
    kept = int(fraction[:6].ljust(6, "0"))
    expected = to_instant(moment.replace(microsecond=kept, tzinfo=timezone(timedelta(minutes=minutes))))

    assert micros(pl.Series([text]), UNITS).values.to_list() == [expected if expected < LATEST else None]


@pytest.mark.parametrize("zone", ["", "Z", "z", " UTC", "UTC", "GMT", "+00:00", "-00", "+0000"])
def test_zones_of_nought(zone: str) -> None:
    text = f"2023-11-14 22:13:20.770123{zone}"

    assert micros(pl.Series([text]), UNITS).values.to_list() == [1_700_000_000_770_123]


@pytest.mark.parametrize(
    ("text", "zoneless"),
    [
        ("2023-11-14T22:13:20.77Z", False),
        ("2023-11-14 22:13:20.770000+00:00", False),
        ("2023-11-14 23:13:20.77+01:00", False),
        ("2023-11-14 22:13:20.770", True),
        ("2023-11-14D22:13:20.770000000", True),
    ],
)
def test_a_file_with_written_times_says_whether_a_zone_is_missing(
    write: Write, read: Read, k2: Text, text: str, zoneless: bool
) -> None:
    result = read(write(k2([f"{text},1.5,2"])))

    assert result.column("timestamp") == [1_700_000_000_770_000]
    assert (result.detected[0].timestamp_unit, result.detected[0].zoneless) == ("text", zoneless)


def test_every_layout_may_have_them(write: Write, read: Read) -> None:
    result = read(write("2023-11-14T22:13:20Z,30000.1,0.5\n"), "kraken")

    assert result.column("timestamp") == [to_instant(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))]


@pytest.mark.parametrize(
    "text",
    [
        "2023-11-14",
        "22:13:20",
        "2023-11-14T22:13",
        "2023-11-14T22:13:20+24:00",
        "2023-11-14T22:13:20+01:60",
        "20231114",
    ],
)
def test_half_a_time_is_none(text: str) -> None:
    assert micros(pl.Series([text]), UNITS).values.to_list() == [None]

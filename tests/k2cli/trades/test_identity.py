"""Trades are told apart by their ids, else by what their rows say; and the older of two is first."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k2cli.trades import LayoutMismatch
from k2cli.trades.twins import Twins

Write = Callable[..., Path]
Read = Callable[..., Any]

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity,side\n"
START = 1_704_067_200

row = st.tuples(
    st.integers(START, START + 3), st.integers(1, 2), st.integers(1, 2), st.sampled_from(["buy", "sell", ""])
)
Row = tuple[int, int, int, str]


def text(rows: list[Row], end: str = "\n", trade_id: str = "") -> str:
    lines = [f"X,Y,{trade_id},{time},{price},{quantity},{side}{end}" for time, price, quantity, side in rows]
    return HEADER + "".join(lines)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings().max_examples // 2)
@given(st.lists(row, min_size=1, max_size=30), st.integers(1, 200))
def test_equal_rows_stay_as_many_as_they_are(write: Write, read: Read, rows: list[Row], size: int) -> None:
    """Law: rows without ids get different ids, however the file is read, and the same ones in any order."""
    whole = read(write(text(rows)))
    pieces = read(write(text(rows)), chunk_bytes=size)
    sorted_ = read(write(text(sorted(rows))))

    ids = whole.column("message_id")
    assert len(set(ids)) == len(rows)
    assert pieces.column("message_id") == ids
    assert set(sorted_.column("message_id")) == set(ids)
    assert Counter(identifier.rpartition(":")[2] for identifier in ids)["1"] == len(set(rows))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings().max_examples // 2)
@given(st.lists(row, min_size=1, max_size=10), st.lists(row, max_size=10))
def test_a_file_that_grew_has_its_old_ids(write: Write, read: Read, rows: list[Row], more: list[Row]) -> None:
    """Law: whatever is added at the end, written with whatever line ends, the rows before it keep their ids."""
    short, long = read(write(text(rows))), read(write(text(rows + more, end="\r\n")))

    assert long.column("message_id")[: len(rows)] == short.column("message_id")


def test_a_row_on_two_pages_is_one_trade(write: Write, read: Read) -> None:
    header = "timestamp,price,quantity\n"
    pages = [header + "1700000000,10,1\n1700000001,11,1\n", header + "1700000001,11.0,1.000\n1700000002,12,1\n"]

    ids = [read(write(page), exchange="bitstamp", symbol="BTCUSD").column("message_id") for page in pages]

    assert ids[0][1] == ids[1][0]
    assert len({*ids[0], *ids[1]}) == 3


@pytest.mark.parametrize("word", ["None", "nan", "NULL", "NaT", "0", "0.0", " "])
def test_words_for_nothing_are_no_ids(write: Write, read: Read, word: str) -> None:
    rows: list[Row] = [(START, 10, 1, "buy"), (START, 11, 1, "buy"), (START, 12, 1, "buy")]

    result = read(write(text(rows, trade_id=word)))

    assert result.column("trade_id") == [None] * 3
    assert len(set(result.column("message_id"))) == 3


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        (["0", "1", "2"], ["0", "1", "2"]),
        (["123.0", "124.", "9007199254740993.0"], ["123", "124", "9007199254740993"]),
        (["0", "7", "0"], [None, "7", None]),
        (["a", "None", "b.0"], ["a", None, "b.0"]),
        (["0"], [None]),
    ],
)
def test_ids_as_they_are_written(write: Write, read: Read, written: list[str], ids: list[str | None]) -> None:
    rows = "".join(f"X,Y,{trade_id},{START},1,1,buy\n" for trade_id in written)

    assert read(write(HEADER + rows)).column("trade_id") == ids


def test_a_numeric_id_of_any_length_gives_the_order(write: Write, read: Read) -> None:
    ids = ["9223372036854775807", "12", "9999999999999999999", "99999999999999999999"]
    rows = "".join(f"X,Y,{trade_id},{START},1,1,buy\n" for trade_id in ids)

    assert read(write(HEADER + rows)).column("source_sequence") == [9223372036854775807, 12, 4, 5]


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_places_are_counted_from_the_older_end(write: Write, read: Read, size: int) -> None:
    """Newest first: of two trades of one time the lower one in the file is the older one."""
    times = [(START + 2, "e"), (START + 2, "d"), (START, "c"), (START, "b"), (START, "a")]
    rows = HEADER + "".join(f"X,Y,{trade_id},{time},1,1,buy\n" for time, trade_id in times)

    result = read(write(rows), chunk_bytes=size)

    assert result.detected[0].newest_first
    assert result.column("source_sequence") == [5, 4, 3, 2, 1]


def test_a_file_that_grew_at_its_newer_end_keeps_its_places(write: Write, read: Read) -> None:
    old = [(START + 1, 11, 1, "buy"), (START, 10, 1, "buy")]
    longer = [(START + 2, 12, 1, "buy"), *old]

    places = [
        dict(zip(r.column("message_id"), r.column("source_sequence"), strict=True))
        for r in (read(write(text(old))), read(write(text(longer))))
    ]

    assert places[0].items() <= places[1].items()


def test_a_start_at_one_time_does_not_tell_the_direction(write: Write, read: Read) -> None:
    """What a file's first MiB says is not enough where all of it has one time."""
    rows = text([(START, 1, 1, "buy")] * 50_000 + [(START - 1, 1, 1, "buy")])

    assert len(rows) > 1 << 20
    assert read(write(rows)).detected[0].newest_first


def test_kraken_rows_are_numbered_where_they_are_equal(write: Write, read: Read) -> None:
    result = read(write("1688671955,30602.1,0.1\n1688671955,30602.1,0.1\n1688671955,30602.10,0.2\n"), "kraken")

    assert [identifier.rpartition(":")[2] for identifier in result.column("message_id")] == ["1", "2", "1"]


def run(*times: int) -> pl.DataFrame:
    return pl.DataFrame({"timestamp": times, "series": ["X:Y"] * len(times), "said": [str(time) for time in times]})


def test_rows_far_out_of_order_are_refused_and_never_merged() -> None:
    """What is not remembered any more cannot be told from a second one; what is a little late can."""
    twins = Twins("far.csv", kept=4)
    counted = [twins.numbers(run(*times)).to_list() for times in ((1, 2), (3, 4), (4, 5), (5, 4, 3))]

    assert counted == [[1, 1], [1, 1], [2, 1], [2, 3, 2]]
    with pytest.raises(LayoutMismatch, match=r"far\.csv: its trades have no ids"):
        twins.numbers(run(6, 2))

"""CSV as it is found in the wild, and lines that keep their numbers whatever the chunks."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k2cli.trades import LayoutMismatch, NotTrades, read_trades, shipped

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

GOOD = "1704067200,1.5,2"
LINES = [
    "1,1704067200,1.5,2",
    "2,1704067200,2.5,3.00000000",
    "3,1704067200,1e-8,2",
    '"4","1704067200","1.5","2"',
    '5,1704067200,"1.5,2',
    '6,1704067200,1"5,2',
    '7,17040"67,2,"200"',
    '""",1704067200,1.5,2',
    "8,1704067200,-1.5,2",
    "9,1704067200,1.5",
    " 10 , 1704067200,1.5 ,2",
    "11,1704067200,1.5,2\r",
    "12,1704067200\r,1.5,2",
    "13,17040\r67200,1.5,2",
    "ü,1704067200,1.5,2",
    "",
    "  ",
    "\r",
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("around", list(itertools.product(["", "\ufeff", "\n\n"], ["", "\n", "\n\n \n"])))
def test_marks_ends_and_blank_lines(write: Write, read: Read, k2: Text, end: str, around: tuple[str, str]) -> None:
    start, last = around
    text = start + k2([GOOD, "1704067200,0,2", GOOD]).strip().replace("\n", end) + last

    result = read(write(text))

    assert result.column("side") == ["buy", "buy"]
    assert result.reasons == [(3 + start.count("\n"), "price_zero")]
    assert result.rejects[0].text == "X,BTCUSD,2,1704067200,0,2,buy"


def test_quoted_fields(write: Write, read: Read) -> None:
    text = '"exchange","symbol","timestamp","price","quantity","note"\n"X","A""B","1704067200","1.5","2","a, b"\n'

    trade = read(write(text)).trades[0]

    assert trade["symbol"] == 'A"B'


def test_one_stray_quote_does_not_swallow_the_next_lines(write: Write, read: Read, k2: Text) -> None:
    result = read(write(k2([GOOD, '1704067200,"1.5,2', GOOD, '1704067200,1.5",2', GOOD])))

    assert result.reasons == [(3, "broken_quotes"), (5, "broken_quotes")]
    assert result.column("trade_id") == ["1", "3", "5"]


def test_spaces_around_fields(write: Write, read: Read) -> None:
    trade = read(write("timestamp, price , quantity\n 1704067200,\t1.5, 2 \n"), exchange="X", symbol="Y").trades[0]

    assert str(trade["price"]) == "1.50000000"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings().max_examples // 2)
@given(st.lists(st.sampled_from(LINES), max_size=30), st.integers(1, 200))
def test_chunks_do_not_matter(write: Write, read: Read, lines: list[str], size: int) -> None:
    """Law: trades, ids, line numbers and rejects are the same for each chunk size."""
    path = write("\n".join(["trade_id,timestamp,price,quantity", LINES[0], *lines]))

    whole = read(path, exchange="X", symbol="Y")
    parts = read(path, exchange="X", symbol="Y", chunk_bytes=size)

    assert parts.table.equals(whole.table)
    assert parts.rejects == whole.rejects
    assert parts.rows == whole.rows
    assert parts.bytes_read == whole.bytes_read == whole.size


@pytest.fixture
def alone(write: Write, read: Read) -> dict[str, tuple[list[Any], list[str]]]:
    """What each of the lines is in a file of its own: trades, and why it is none."""

    def read_alone(line: str) -> tuple[list[Any], list[str]]:
        single = read(write(f"trade_id,timestamp,price,quantity\n{LINES[0]}\n{line}\n"), exchange="X", symbol="Y")
        return single.trades[1:], [reject.reason for reject in single.rejects]

    return {line: read_alone(line) for line in LINES}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings().max_examples // 2)
@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_each_line_is_a_trade_or_a_reject_or_blank(
    write: Write, read: Read, alone: dict[str, tuple[list[Any], list[str]]], lines: list[str]
) -> None:
    lines = [LINES[0], *lines]
    path = write("\n".join(["trade_id,timestamp,price,quantity", *lines]))

    result = read(path, exchange="X", symbol="Y")

    trades = [trade["message_id"] for line in lines for trade in alone[line][0]]
    assert result.column("message_id") == trades
    assert result.reasons == [(number, reason) for number, line in enumerate(lines, 2) for reason in alone[line][1]]


def test_chunks_are_bounded(write: Write, k2: Text) -> None:
    path = write(k2([GOOD] * 1000))

    chunks = list(read_trades(path, [shipped()["k2"]], exchange=None, symbol=None, now=0, chunk_bytes=1000))

    assert max(chunk.rows for chunk in chunks) < 60
    positions = [chunk.bytes_read for chunk in chunks]
    assert positions == sorted(positions)


def test_a_file_can_be_read_again(write: Write, k2: Text) -> None:
    file = read_trades(write(k2([GOOD])), [shipped()["k2"]], exchange=None, symbol=None, now=0)

    assert [chunk.rows for chunk in file] == [chunk.rows for chunk in file] == [1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("exchange,symbol\n".encode("utf-16"), "UTF-16"),
        ("exchange,symbol\n".encode("utf-16-le"), "binary file"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\n", "binary file"),
        (
            b"exchange,symbol,timestamp,price,quantity\nX,Y,1704067200,1,1\nX,\xfcY,1704067200,1,1\n",
            "line 3 is not UTF-8",
        ),
        (b"x" * (3 << 20), "does not end within"),
    ],
)
def test_not_a_table(write: Write, read: Read, content: bytes, message: str) -> None:
    with pytest.raises(NotTrades, match=message):
        read(write(content))


def test_odd_first_lines(write: Write, read: Read) -> None:
    """A lone carriage return is a space; a field without an end is no header."""
    path = write("exchange\r,symbol,timestamp,price,quantity\nX,Y,1704067200,1,1\n")
    assert read(path).table.num_rows == 1

    with pytest.raises(LayoutMismatch, match="cannot be cut into fields"):
        read(write("exchange," + "x" * 200_000 + "\n"))


def test_a_wrong_byte_far_into_the_file(write: Write, read: Read, k2: Text) -> None:
    text = k2([GOOD] * 40_000).encode() + b"X,\xff,9,1704067200,1,1,buy\n"

    with pytest.raises(NotTrades, match="line 40002 is not UTF-8"):
        read(write(text), chunk_bytes=10_000)

"""Each reason for which a row is left out, and the line where it stands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from k2cli.trades import NoTrades

Write = Callable[..., Path]
Read = Callable[..., Any]
Text = Callable[..., str]

GOOD = "1704067200,1.5,2"

FAULTS = [
    ("1704067200,-1,2", "price_negative"),
    ("1704067200,0,2", "price_zero"),
    ("1704067200,-0.000,2", "price_zero"),
    ("1704067200,,2", "price_empty"),
    ("1704067200,abc,2", "price_not_a_number"),
    ("1704067200,1_000,2", "price_not_a_number"),
    ("1704067200,0x10,2", "price_not_a_number"),
    ("1704067200,١٢,2", "price_not_a_number"),
    ("1704067200,1.2.3,2", "price_not_a_number"),
    ("1704067200,1e99999999999999999999,2", "price_not_a_number"),
    ("1704067200,NaN,2", "price_not_finite"),
    ("1704067200,-inf,2", "price_not_finite"),
    ("1704067200,Infinity,2", "price_not_finite"),
    ("1704067200,0.123456789,2", "price_too_many_decimals"),
    ("1704067200,1e-9,2", "price_too_many_decimals"),
    ("1704067200,10000000000,2", "price_too_large"),
    ("1704067200,1e10,2", "price_too_large"),
    ("1704067200,1e999999,2", "price_too_large"),
    ("1704067200,1.5,-2", "quantity_negative"),
    ("1704067200,1.5,0", "quantity_zero"),
    ("1704067200,1.5,", "quantity_empty"),
    ("1704067200,1.5,two", "quantity_not_a_number"),
    ("1704067200,1.5,nan", "quantity_not_finite"),
    ("1704067200,1.5,0.000000001", "quantity_too_many_decimals"),
    ("1704067200,1.5,1e30", "quantity_too_large"),
    (",1.5,2", "timestamp_empty"),
    ("2023-02-29T00:00:00Z,1.5,2", "timestamp_not_a_date"),
    ("2024-01-01T24:00:00Z,1.5,2", "timestamp_not_a_date"),
    ("2008-12-31T23:59:59.999Z,1.5,2", "timestamp_out_of_range"),
    ("2024-01-01,1.5,2", "timestamp_not_a_number"),
    ("nan,1.5,2", "timestamp_not_a_number"),
    ("1230767999,1.5,2", "timestamp_out_of_range"),
    ("7258118400,1.5,2", "timestamp_out_of_range"),
    ("-1704067200,1.5,2", "timestamp_out_of_range"),
    ("1e30,1.5,2", "timestamp_out_of_range"),
    ("99999999999999999999999999,1.5,2", "timestamp_out_of_range"),
    ("1704067200,1.5", "wrong_number_of_fields"),
    ("1704067200,1.5,2,3", "wrong_number_of_fields"),
    ('1704067200,"1.5,2', "broken_quotes"),
    ('1704067200,1.5,"2"0', "broken_quotes"),
]


@pytest.mark.parametrize(("row", "reason"), FAULTS)
def test_a_fault_spoils_its_row_only(write: Write, read: Read, k2: Text, row: str, reason: str) -> None:
    result = read(write(k2([GOOD, row, GOOD])))

    assert result.reasons == [(3, reason)]
    assert result.rejects[0].text == f"X,BTCUSD,2,{row},buy"
    assert result.column("trade_id") == ["1", "3"]
    assert result.column("platform_sequence") == [0, 1]
    assert result.rows == 3


def test_all_faults_in_one_file(write: Write, read: Read, k2: Text) -> None:
    """Line numbers hold with blank lines, missing fields and broken quotes in between."""
    rows, expected = [GOOD] * 5, []
    for row, reason in FAULTS:
        expected.append((len(rows) + 2, reason))
        rows += [row, GOOD]
    lines = k2(rows).splitlines()
    blank = 20
    text = "\n".join([*lines[:blank], "", "   ", *lines[blank:], "", ""])

    result = read(write(text))

    assert result.reasons == [(line + 2 * (line > blank), reason) for line, reason in expected]
    assert result.table.num_rows == 5 + len(FAULTS)


def test_the_first_fault_counts(write: Write, read: Read, k2: Text) -> None:
    assert read(write(k2([GOOD, "x,-1,nan", "1704067200,-1,nan"]))).reasons == [
        (3, "timestamp_not_a_number"),
        (4, "price_negative"),
    ]


def test_rejects_name_the_file(write: Write, read: Read, k2: Text) -> None:
    path = write({"a/b.csv": k2([GOOD, "1704067200,0,1"])}, "trades.zip")

    assert read(path).rejects[0].file == f"{path}!a/b.csv"


def test_a_line_as_long_as_a_book_is_cut(write: Write, read: Read, k2: Text) -> None:
    result = read(write(k2([GOOD, "x" * 100_000])))

    assert len(result.rejects[0].text) == 1000


def test_a_line_of_commas_is_not_blank(write: Write, read: Read, k2: Text) -> None:
    assert read(write(k2([GOOD]) + ",,,,,,\n")).reasons == [(3, "timestamp_empty")]


def test_everything_rejected(write: Write, read: Read, k2: Text) -> None:
    path = write(k2(["1704067200,0,1", "1704067200,0,1", "1704067200,-1,1"]))

    with pytest.raises(
        NoTrades, match=r"all 3 rows were rejected \(price_zero 2, price_negative 1\); line 2: X,BTCUSD"
    ):
        read(path)


def test_a_header_alone_is_no_error(write: Write, read: Read, k2: Text) -> None:
    path = write(k2([]) + "\n")

    assert read(path).table.num_rows == 0


def test_a_header_in_the_middle_is_a_reject(write: Write, read: Read) -> None:
    row = "1,1.0,2.0,2.0,1735257600000,true\n"
    text = "id,price,qty,quote_qty,time,is_buyer_maker\n" + row

    assert read(write(text + text), "binance-trades").reasons == [(3, "timestamp_not_a_number")]

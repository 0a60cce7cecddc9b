"""JSON: documents and lines, numbers as they are written, each row a trade or a reject with its reason."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from k2cli.trades import FileUnreadable, LayoutMismatch, NotTrades
from k2cli.trades.formats.json_events import events

Write = Callable[..., Path]
Read = Callable[..., Any]

ROW = {"exchange": "X", "symbol": "Y", "trade_id": 1, "timestamp": 1704067200, "price": "1.5", "quantity": "2"}


def row(**fields: object) -> str:
    return json.dumps(ROW | fields)


def document(*rows: str) -> str:
    return f"[{', '.join(rows)}]"


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("written", [document, lines])
def test_numbers_are_taken_digit_by_digit(write: Write, read: Read, written: Callable[..., str]) -> None:
    digits = ["0.00000003", "3e-8", "1.50", "9007199254740993", "9999999999.12345678"]
    rows = [row(trade_id=n).replace('"1.5"', number) for n, number in enumerate(digits)]

    result = read(write(written(*rows)))

    assert result.column("price") == [Decimal(number) for number in digits if number != "9007199254740993"]
    assert result.reasons == [(4, "price_too_large")]
    assert result.detected[0].format == ("json" if written is document else "json-lines")


@pytest.mark.parametrize("written", [document, lines])
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (row(price=None), "price_empty"),
        (row(price=[1]), "nested_value"),
        (row(trade_id={"$oid": "5"}), "nested_value"),
        (row(price=True), "price_not_a_number"),
        (row()[:-1] + ', "price": "2"}', "duplicate_keys"),
        ("[1, 2]", "not_a_row"),
        ("7", "not_a_row"),
    ],
)
def test_a_wrong_row_is_rejected_alone(
    write: Write, read: Read, written: Callable[..., str], wrong: str, reason: str
) -> None:
    result = read(write(written(row(), wrong, row(trade_id=2, price='1\\u002e"'), row(trade_id=3))))

    assert result.reasons == [(2, reason), (3, "price_not_a_number")]
    assert result.column("trade_id") == ["1", "3"]


@pytest.mark.parametrize("written", [document, lines])
@pytest.mark.parametrize(
    "twice",
    [
        '{"f": 1, "f": 2}',
        '{"f": 1, "\\u0066": 2}',
        '{"f": 1}, "info": {"f": 2}',
        '{"f": 1}, "info": {}',
        '{"f": 1}, "info": null',
        'null, "in\\u0066o": {"f": 1}',
    ],
)
def test_a_key_of_an_object_in_a_row_is_there_once(
    write: Write, read: Read, written: Callable[..., str], twice: str
) -> None:
    one = '{"symbol": "BTC/USDT", "id": "1", "datetime": "", "timestamp": 1704067200000, "price": 1, "amount": 2, '
    one += '"info": {"f": 1}}'

    result = read(write(written(one, one.replace('{"f": 1}', twice), one)), "ccxt", exchange="kraken", symbol=None)

    assert result.reasons == [(2, "duplicate_keys")]


@pytest.mark.parametrize("wrong", ['{"price": NaN}', '{"price": 1', "{}}", '{"a": "\t"}', "[" * 20_000])
def test_a_broken_line_is_rejected_alone(write: Write, read: Read, wrong: str) -> None:
    result = read(write(lines(row(), wrong, "", row(trade_id=2, symbol='\u00fc"\\'))), chunk_bytes=100)

    assert [line for line, reason in result.reasons] == [2]
    assert result.reasons[0][1] in {"broken_json", "not_a_row"}
    assert result.column("symbol") == ["Y", '\u00fc"\\']


def test_chunks_do_not_matter(write: Write, read: Read) -> None:
    rows = [row(trade_id=n, price=n % 3, note={"price": [{}]}) for n in range(200)]

    for text in (document(*rows), lines(*rows)):
        whole = read(write(text))
        parts = read(write(text), chunk_bytes=1000)
        assert parts.table.equals(whole.table)
        assert parts.rejects == whole.rejects
        assert parts.rows == whole.rows == 200
        assert whole.bytes_read == whole.size


def test_rows_lie_at_a_path(write: Write, read: Read) -> None:
    fields = ["37000.1", "0.5", 1700000000.1234567, "b", "l", "", 61044952]
    answer = {"error": [], "result": {"XXBTZUSD": [fields, fields[:3], [*fields, 1]], "last": "1"}}

    result = read(write(json.dumps(answer)), "kraken-api", symbol=None)

    assert result.column("symbol") == ["XXBTZUSD"]
    assert result.reasons == [(2, "wrong_number_of_fields"), (3, "wrong_number_of_fields")]


def test_documents_may_follow_one_another(write: Write, read: Read) -> None:
    pages = [document(row(trade_id=n), row(trade_id=n + 1)) for n in (1, 3)]

    for apart in ("\n", "", "\n\n  "):
        assert read(write("\ufeff" + apart.join(pages) + "\n")).column("trade_id") == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "empty", ["[]", " [ ]\n", '{"result": {"trades": [], "has_more": false}}', '{"error": [], "x": []}']
)
def test_no_rows(write: Write, read: Read, empty: str) -> None:
    assert (read(write(empty)).rows, read(write(empty)).rejects) == (0, [])


@pytest.mark.parametrize(
    "answer", ['{"error":["EQuery:Unknown asset pair"],"result":[]}', '{"code": 10001, "msg": "no", "list": []}']
)
def test_an_answer_that_is_an_error(write: Write, read: Read, answer: str) -> None:
    with pytest.raises(LayoutMismatch, match=r"has no list of trades in it: \{"):
        read(write(answer), "kraken-api")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (document(row())[:-1], FileUnreadable, "truncated"),
        ("[", FileUnreadable, "truncated"),
        (document(row()) + "x", NotTrades, "is no JSON"),
        (document(row(), "NaN"), NotTrades, "is no JSON"),
        pytest.param(
            document(row()).replace('"1.5"', "9" * 5000), NotTrades, "a number in it that none can be", id="digits"
        ),
        (document(row()).replace('"1.5"', "1e9999999999999999999"), NotTrades, "a number in it that none can be"),
        ("[" * 10_000 + "\n", NotTrades, "in one another more than 500 deep"),
        ('[{"a": ' * 10_000 + "\n", NotTrades, "in one another more than 500 deep"),
        pytest.param('[\n"' + "x" * (3 << 20) + '"]', LayoutMismatch, "has no list of trades in it", id="long"),
    ],
)
def test_no_document(write: Write, read: Read, text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read(write(text))


class _Endless(BytesIO):
    """A text of which no value ends."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.taken += size or 0
        return (b'["' if self.taken == size else b"x") + b"x" * ((size or 0) - 2)


def test_a_string_without_an_end_is_not_kept() -> None:
    text = _Endless()

    parsed: Iterator[Any] = events(text, "endless.json")
    with pytest.raises(NotTrades, match="a value of more than"):
        list(parsed)
    assert text.taken < 4 << 20

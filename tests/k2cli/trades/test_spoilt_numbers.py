"""Law: of a spoilt file, the rows that are taken say what their lines say, as the standard library reads them."""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.errors import UsageError
from k2cli.trades import read_trades, shipped

NAMES = ("exchange", "symbol", "trade_id", "timestamp", "price", "quantity", "side")
ROWS = [("X", f"Y{n}", str(n), str(1704067200 + n), f"{n}.50", "0.25", "buy") for n in range(1, 13)]
PIECES = st.one_of(
    st.sampled_from(["0", "9", ".", "e3", "-", "+", " ", "\r", "\n", '"', ",", ":", "{", "}", "[", "\\", "\\u0031"]),
    st.sampled_from(
        ['"price": 7, ', '"pr\\u0069ce": 7, ', '{"price": 7}', "8,8", '""', "1_0", "\u0661", "null", "1e-9"]
    ),
    st.text(max_size=3),
)
SPOILS = st.lists(st.tuples(st.integers(0, 1 << 12), st.integers(0, 12), PIECES), min_size=1, max_size=4)
EXAMPLES = settings().max_examples if settings().max_examples >= 1000 else settings().max_examples // 2
"""In the long run, as many as each kind of file has in a minute."""


def csv_line(line: str) -> dict[str, str]:
    return dict(zip(NAMES, next(csv.reader([line.replace("\r", " ")], strict=True)), strict=True))


def json_line(line: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({*NAMES} & {name for name, _ in pairs}) == sum(name in NAMES for name, _ in pairs)
        return dict(pairs)

    found: dict[str, Any] = json.loads(line, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=once)
    return found


KINDS: dict[str, tuple[str, Callable[[tuple[str, ...]], str], Callable[[str], dict[str, Any]]]] = {
    "csv": (",".join(NAMES) + "\n", ",".join, csv_line),
    "json-lines": (
        "".join(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in ROWS[:6]),
        lambda row: json.dumps(dict(zip(NAMES, [*row[:3], *map(float, row[3:5]), *row[5:]], strict=True))),
        json_line,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=EXAMPLES)
@given(spoils=SPOILS, size=st.sampled_from([64, 1 << 20]))
def test_numbers(
    tmp_path_factory: pytest.TempPathFactory, kind: str, spoils: list[tuple[int, int, str]], size: int
) -> None:
    start, written, reference = KINDS[kind]
    text = "".join(f"{written(row)}\n" for row in ROWS)
    for place, length, piece in spoils:
        at = place % (len(text) + 1)
        text = text[:at] + piece + text[at + length :]
    path = tmp_path_factory.getbasetemp() / f"{kind}.txt"
    path.write_bytes((start + text).encode(errors="replace"))

    try:
        file = read_trades(path, [shipped()["k2"]], exchange=None, symbol=None, now=0, chunk_bytes=size)
        chunks = list(file)
    except UsageError:
        return

    assert file.detected[0].format == kind
    trades = [trade for chunk in chunks for trade in chunk.trades.to_pylist()]
    rejected = {reject.line for chunk in chunks for reject in chunk.rejects}
    lines = enumerate(path.read_bytes().decode().split("\n"), 1)
    told = [line for number, line in lines if line.strip() and number not in rejected]
    expected = [reference(line) for line in told[kind == "csv" :]]
    assert [(trade["symbol"], trade["price"], trade["quantity"]) for trade in trades] == [
        (str(row["symbol"]).strip(), Decimal(row["price"]), Decimal(row["quantity"])) for row in expected
    ]

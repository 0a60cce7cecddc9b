"""Law: lines of JSON that are read by the pattern that they share are read as each would be alone."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k2cli.trades import read_trades, shipped
from k2cli.trades.layouts.head import SHOWN

PLAIN = {"exchange": '"X"', "symbol": '"Y"', "trade_id": "1", "timestamp": "1704067200", "price": "1.5"}
PLAIN |= {"quantity": '"2"', "side": '"buy"'}
ODD = [
    "null",
    "true",
    '""',
    '" 2 "',
    "1E-3",
    "-0",
    "01",
    "1.",
    "NaN",
    '"1\\u002e5"',
    '"\t"',
    "[1]",
    '{"price": 1}',
    '"é"',
]
KEYS = [*PLAIN, "note"]


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A row of JSON, which may be none; most of them look like others."""
    keys = draw(st.sampled_from([KEYS, KEYS[::-1], KEYS[:-2]]))
    odd = draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(ODD), max_size=1))
    twice = draw(st.sampled_from([[], [], [], ["price"], ["note"]]))
    blank = draw(st.sampled_from(["", " "]))
    fields = (f'"{key}":{blank}{odd.get(key, PLAIN.get(key, "[]"))}' for key in [*keys, *twice])
    end = draw(st.sampled_from(["", "", "", "\r", " ", "}"]))
    return f"{{{f',{blank}'.join(fields)}}}{end}"


def read(path: Path, text: str) -> tuple[pa.Table, list[tuple[int, str]]]:
    path.write_text(text)
    file = read_trades(path, [shipped()["k2"]], exchange=None, symbol=None, now=0, chunk_bytes=1000)
    chunks = list(file)
    rejects = [(reject.line, reject.reason) for chunk in chunks for reject in chunk.rejects]
    return pa.concat_tables(chunk.trades for chunk in chunks), rejects


@settings(max_examples=settings().max_examples // 2)
@given(rows=st.lists(lines(), min_size=1, max_size=20))
def test_one_by_one(tmp_path_factory: pytest.TempPathFactory, rows: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.jsonl"
    right = "{" + ",".join(f'"{key}":{value}' for key, value in PLAIN.items()) + "}"
    rows = [*[right] * SHOWN, *rows]

    # No line with an escape in it has a shape.
    alone = read(path, "\n".join(line.replace("{", '{"z":"\\u0041",', 1) for line in rows))

    assert read(path, "\n".join(rows)) == alone

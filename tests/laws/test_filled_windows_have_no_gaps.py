"""Fill: what was there stays as it is; each series has each window from its first one on; the rest is marked."""

from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from engines.arrow import arrow_schema, as_read
from engines.domain.candle import MERGED_CANDLES
from engines.domain.decimals import SCALE
from engines.domain.requests import Fill
from engines.domain.timeframe import MINUTE, to_datetime, to_instant
from engines.domain.window import parse_windows
from engines.reading.fill import Filling, filled

BEGIN = 19_782 * 24 * 60 * MINUTE
SCHEMA = as_read(arrow_schema(MERGED_CANDLES, SCALE))
WINDOWS = [parse_windows("7m"), parse_windows("1d", zone="America/New_York"), parse_windows("1M")]
PRICES = ("open_price", "high_price", "low_price", "close_price", "vwap")
SUMS = ("volume", "trade_count", "quote_volume", "buy_volume", "buy_quote_volume")
Key = tuple[str, int]


def candle(symbol: str, start: int, end: int, price: int) -> dict[str, object]:
    numbers = {name: Decimal(price) for name in PRICES} | {name: Decimal(1) for name in SUMS} | {"trade_count": 1}
    begin = to_datetime(start)
    times = {"window_start": begin, "window_end": to_datetime(end), "window_date": begin.date()}
    return {"exchange": "x", "symbol": symbol, **times, **numbers}


@given(
    rule=st.sampled_from(WINDOWS),
    at=st.dictionaries(st.tuples(st.sampled_from("ABC"), st.integers(0, 12)), st.integers(1, 99)),
    fill=st.sampled_from([Fill.NULL, Fill.PREVIOUS, Fill.ZERO]),
    before=st.dictionaries(st.sampled_from("ABCD"), st.integers(100, 199)),
    from_start=st.booleans(),
    size=st.integers(1, 5),
)
def test_rows_stand_in_each_window(
    *, rule: object, at: dict[Key, int], fill: Fill, before: dict[str, int], from_start: bool, size: int
) -> None:
    edges = [BEGIN]
    for _ in range(16):
        edges.append(rule.next(edges[-1]))  # type: ignore[attr-defined]
    edges = edges[1:]
    rows = [candle(symbol, edges[n], edges[n + 1], price) for (symbol, n), price in sorted(at.items())]
    closes = {("x", symbol): Decimal(price) for symbol, price in before.items()} if from_start else {}
    filling = Filling(
        windows=rule,  # type: ignore[arg-type]
        fill=fill,
        start=edges[0] if from_start else None,
        until=edges[14],
        before=closes,
    )
    batches = [pa.RecordBatch.from_pylist(rows[n : n + size], schema=SCHEMA) for n in range(0, len(rows), size)]

    found = filled(pa.RecordBatchReader.from_batches(SCHEMA, batches), filling).read_all().to_pylist()

    assert [{k: v for k, v in row.items() if k != "filled"} for row in found if not row["filled"]] == rows
    firsts = {symbol: 0 for _, symbol in closes}
    for symbol, n in sorted(at):
        firsts.setdefault(symbol, n)
    expected = [(symbol, edges[n], edges[n + 1]) for symbol in sorted(firsts) for n in range(firsts[symbol], 14)]
    assert [(r["symbol"], to_instant(r["window_start"]), to_instant(r["window_end"])) for r in found] == expected
    close: dict[str, Decimal] = {symbol: price for (_, symbol), price in closes.items()}
    for row in found:
        if row["filled"]:
            last = {Fill.NULL: None, Fill.ZERO: 0, Fill.PREVIOUS: close.get(row["symbol"])}[fill]
            assert {row[name] for name in PRICES} == {last}
            assert {row[name] for name in SUMS} == {None if fill is Fill.NULL else 0}
        else:
            close[row["symbol"]] = row["close_price"]

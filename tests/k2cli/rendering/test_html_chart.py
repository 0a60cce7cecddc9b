"""The page of a chart, as text: its digits, its policy, its parts, names of every kind."""

import base64
import gzip
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import k2cli.rendering
from engines.domain.timeframe import D1, DAY, M1, Timeframe
from k2cli.rendering.html_chart import ROWS, PageTitle, page

ASSETS = Path(k2cli.rendering.__file__).parent / "page"
PRICE, VOLUME = pa.decimal128(18, 8), pa.decimal128(38, 8)
START = datetime(2024, 3, 1, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "\"' onmouseover='alert(1)",
    "&lt;b&gt;",
    "\u202eTDSU\u202c\u2028",
    "{{about}}",
    "عملة",
)


def batch(prices: list[Decimal], first: int = 0) -> pa.RecordBatch:
    """Candles of one price each, minute by minute."""
    starts = [START + timedelta(minutes=first + number) for number in range(len(prices))]
    times = pa.timestamp("us", "UTC")
    columns = {
        "window_start": pa.array(starts, times),
        "window_end": pa.array([start + timedelta(minutes=1) for start in starts], times),
        **{name: pa.array(prices, PRICE) for name in ("open_price", "high_price", "low_price", "close_price", "vwap")},
        "volume": pa.array([Decimal(1)] * len(prices), VOLUME),
        "trade_count": pa.array([3] * len(prices), pa.int64()),
    }
    return pa.RecordBatch.from_pydict(columns)


def title(symbol: str = "BTCUSDT", timeframe: Timeframe = M1) -> PageTitle:
    return PageTitle(
        exchange="binance",
        symbol=symbol,
        timeframe=timeframe.name,
        dates=timeframe.duration % DAY == 0,
        table="market_data.gold_ohlcv_1m",
        snapshot_id=17,
        committed=START,
    )


def text(*batches: pa.RecordBatch, said: PageTitle | None = None) -> str:
    return "".join(page(said or title(), batches))


def blocks(html: str) -> list[list[list[str]]]:
    """The values of each block, line by line."""
    found = re.findall(r'class="candles" data-rows="\d+">(.*?)</script>', html)
    packed = [gzip.decompress(base64.b64decode(block)).decode() for block in found]
    return [[line.split(",") for line in lines.splitlines()] for lines in packed]


@given(st.lists(st.decimals("0.00000001", "9999999999.99999999", places=8), min_size=1, max_size=20))
def test_it_holds_each_digit(prices: list[Decimal]) -> None:
    (lines,) = blocks(text(batch(prices)))

    assert [len(line) for line in lines] == [len(prices)] * 9
    assert [Decimal(value) for value in lines[2]] == prices
    assert not any(value.endswith(("0", ".")) for value in lines[2] if "." in value)
    assert lines[6:8] == [["1"] * len(prices), ["3"] * len(prices)]


def test_times_are_steps_that_go_on_from_block_to_block() -> None:
    first, second = blocks(text(batch([Decimal(1)] * 3), batch([Decimal(1)] * 2, first=9)))

    assert first[:2] == [[str(int(START.timestamp())), "60", "60"], ["60"] * 3]
    assert second[:2] == [[str(7 * 60), "60"], ["60"] * 2]


def test_it_is_written_while_it_is_read() -> None:
    read = 0

    def reading() -> Iterator[pa.RecordBatch]:
        nonlocal read
        for read in range(1, 4):
            yield batch([Decimal(1)] * 10, first=10 * read)

    parts = page(title(), reading())
    next(parts)
    seen = [read for _ in parts]

    assert seen == [1, 2, 3, 3]


def test_a_large_batch_is_cut() -> None:
    rows = [len(lines[0]) for lines in blocks(text(batch([Decimal(1)] * (ROWS + 1))))]

    assert rows == [ROWS, 1]


class Elements(HTMLParser):
    """The elements of a page as a browser takes them, and their text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("symbol", HOSTILE)
def test_a_symbol_is_text_whatever_is_in_it(symbol: str) -> None:
    plain, hostile = Elements(text(batch([Decimal(1)]))), Elements(text(batch([Decimal(1)]), said=title(symbol)))

    assert hostile.tags == plain.tags
    assert symbol in hostile.texts


def test_its_policy_lets_its_own_scripts_run_and_nothing_else() -> None:
    html = text(batch([Decimal(1)]))
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', html)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    sums = {f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in scripts}

    assert rules["default-src"] == "'none'"
    assert set(rules["script-src"].split()) == sums
    assert len(sums) == 7
    assert not re.search(r"\{\{[a-z/.-]+\}\}", html)


def test_it_asks_nobody_for_anything() -> None:
    html = text(batch([Decimal(1)]))
    ours = "".join((ASSETS / name.name).read_text(encoding="utf-8") for name in ASSETS.glob("*.js"))

    assert re.findall(r'(?:src|href)="(.*?)"', html) == ["data:,", "https://www.tradingview.com/"]
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|import\(|url\(", ours)


def test_it_says_what_it_shows() -> None:
    html = text(batch([Decimal(1)]))

    assert "<title>\u2068BTCUSDT\u2069 on \u2068binance\u2069, 1m</title>" in html
    assert "market_data.gold_ohlcv_1m as of 2024-03-01 00:00 UTC, snapshot 17" in html
    assert '{"dates": false}' in html
    assert '{"dates": true}' in text(batch([Decimal(1)]), said=title(timeframe=D1))


def test_the_library_is_the_one_that_its_maker_published_and_comes_with_its_licence() -> None:
    folder = ASSETS / "lightweight-charts"
    sum_, name = (folder / "ORIGIN").read_text(encoding="utf-8").splitlines()[-1].split()

    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sum_
    assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert "TradingView, Inc." in (folder / "NOTICE").read_text(encoding="utf-8")
    assert "TradingView, Inc." in text(batch([Decimal(1)])).partition("<footer>")[2].partition("</footer>")[0]

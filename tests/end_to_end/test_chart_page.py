"""The page of a chart in a real browser: what is drawn, what it says of it, what it asks for and of whom."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.browser import Page, browser
from tests.charted import Row, candles, write_page
from tests.machine import Missing, missing

pytestmark = pytest.mark.services(process="own")

FEW = candles([*range(40), *range(45, 60)])
"""An hour with five minutes without trades: 60 places on the axis."""
MANY = candles(range(5000))
NUMBERS = {
    "open": "open_price",
    "high": "high_price",
    "low": "low_price",
    "close": "close_price",
    "volume": "volume",
    "vwap": "vwap",
    "trades": "trade_count",
}
TOLD = "Object.fromEntries([...document.querySelectorAll('#candle dd')].map((e) => [e.dataset.of, e.textContent]))"
BOX = (
    "(() => { const box = document.querySelector('#chart td:nth-child(2) canvas').getBoundingClientRect();"
    " return [box.left, box.top, box.width, box.height]; })()"
)
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    try:
        with browser() as opened:
            yield opened
    except Missing as part:
        missing(part)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("chart") / "few.html", FEW)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("chart") / "many.html", MANY)


def digits(row: Row) -> dict[str, str]:
    """What the page says of one candle."""
    time = f"{row['window_start']:%Y-%m-%d %H:%M}"
    return {"time": time, **{name: format(Decimal(str(row[column])), "f") for name, column in NUMBERS.items()}}


def told(page: Page) -> dict[str, str]:
    return dict(page.value(TOLD))


def over(page: Page, place: int, places: int) -> tuple[float, float]:
    """Where a place of the axis is in the window, when all are in sight: one more is free at each side."""
    left, top, width, height = page.value(BOX)
    return left + width * (place + 1.5) / (places + 2), top + height / 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_drawn_without_a_complaint_or_a_request(page: Page, few: Path, width: int, scheme: str) -> None:
    page.visit(few, width=width, scheme=scheme)

    assert page.value("document.documentElement.dataset.state") == "ready"
    assert page.value("document.documentElement.dataset.theme") == scheme
    assert page.value("document.documentElement.scrollWidth") == width
    assert told(page) == digits(FEW[-1])
    assert page.complaints == []
    assert page.requests == [few.as_uri()]
    if folder := os.environ.get("CI_ARTIFACTS"):
        page.screenshot(Path(folder) / f"chart-{scheme}-{width}.png")


def test_all_digits_of_the_candle_under_the_pointer(page: Page, few: Path) -> None:
    page.visit(few)
    page.press("0")
    for row in (0, 1, 20, 39, 40, 54):
        page.point(*over(page, row if row < 40 else row + 5, 60))

        assert told(page) == digits(FEW[row])


def test_windows_without_trades_are_named_and_hatched(page: Page, few: Path) -> None:
    page.visit(few)
    page.press("0")
    page.point(*over(page, 42, 60))

    assert told(page)["time"] == "2024-03-01 00:40 to 00:45: no trades in 5 windows"
    assert "hatched: 5 windows without trades" in page.value("document.querySelector('#range').textContent")
    assert "55 candles, 2024-03-01 00:00 to 2024-03-01 01:00 UTC" in page.value("document.body.textContent")


def test_keys_go_from_candle_to_candle_past_a_gap(page: Page, few: Path) -> None:
    page.visit(few)
    page.press("Home")
    assert told(page) == digits(FEW[0])
    page.press(*["ArrowRight"] * 40)
    assert told(page) == digits(FEW[40])
    page.press("ArrowLeft")
    assert told(page) == digits(FEW[39])
    page.press("End")
    assert told(page) == digits(FEW[54])
    page.press("ArrowLeft", "ArrowLeft", "Escape")
    assert told(page) == digits(FEW[54])
    assert page.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_chart_keeps_its_place_whatever_is_told(page: Page, tmp_path: Path, width: int) -> None:
    few, many = (
        write_page(tmp_path / f"{len(minutes)}.html", candles(minutes, price=6 * 10**12, volume=10**10))
        for minutes in ([*range(40), *range(45, 60)], range(5000))
    )
    page.visit(few, width=width)
    page.press("0")
    before = page.value(BOX)
    page.point(*over(page, 42, 60))
    assert "no trades" in told(page)["time"]
    assert page.value(BOX) == before
    page.visit(many, width=width)
    before = page.value(BOX)[1]
    page.press("0", "Home")
    assert "candles" in told(page)["time"]
    assert page.value(BOX)[1] == pytest.approx(before, abs=0.5)  # of a pixel


def test_candles_that_share_a_bar_are_told_as_their_exact_merge(page: Page, many: Path) -> None:
    page.visit(many)
    page.press("0", "Home")
    seen = told(page)
    number = int(seen["time"].split(", ")[1].split()[0])
    merged = MANY[:number]

    assert number > 1
    assert seen["open"] == digits(merged[0])["open"]
    assert seen["close"] == digits(merged[-1])["close"]
    assert seen["high"] == max(digits(row)["high"] for row in merged)
    assert seen["low"] == min(digits(row)["low"] for row in merged)
    assert seen["volume"] == f"{sum(row['volume'] for row in merged):f}"  # type: ignore[misc]
    assert seen["trades"] == str(sum(row["trade_count"] for row in merged))  # type: ignore[misc]


def test_zooming_in_tells_them_apart_again(page: Page, many: Path) -> None:
    page.visit(many)
    page.press("0", "Home")
    for _ in range(30):
        page.press("+")  # one by one: keys that come faster than the page is painted zoom from the same range

    assert told(page) == digits(MANY[0])
    page.press("ArrowRight")
    assert told(page) == digits(MANY[1])
    assert page.complaints == []


def seen_from(page: Page, x: float, y: float) -> str:
    """The time of the candle at a place, once the page has fetched what has come into sight."""
    page.value("new Promise((done) => setTimeout(done, SETTLED + 1))")  # due after the page's own timer
    page.point(x, y + 1)
    page.point(x, y)
    return told(page)["time"]


def test_what_is_dragged_into_sight_is_there(page: Page, many: Path) -> None:
    page.visit(many)
    left, top, width, height = page.value(BOX)
    row, at = top + height / 2, left + width / 2
    times = [f"{row['window_start']:%Y-%m-%d %H:%M}" for row in MANY]
    before = times.index(seen_from(page, at, row))
    for _ in range(7):
        page.drag((left + 20, row), (left + width - 20, row))
    after = times.index(seen_from(page, at, row))

    assert 7 * 60 < before - after < 7 * 220  # bars of six pixels each time, less what it takes to start
    assert before - after > 3 * 210  # more than was held beside what was in sight
    assert page.complaints == []


def test_the_wheel_zooms_out_to_candles_that_share_bars(page: Page, many: Path) -> None:
    page.visit(many)
    left, top, width, height = page.value(BOX)
    at, row = left + width / 2, top + height / 2
    assert "candles" not in seen_from(page, at, row)
    for _ in range(30):
        page.turn_wheel(at, row, 120)

    assert "candles" in seen_from(page, left + width * 0.9, row) or "candles" in seen_from(page, at, row)
    assert page.complaints == []


def test_the_theme_is_switched_and_keys_are_listed(page: Page, few: Path) -> None:
    page.visit(few)
    before = page.value("getComputedStyle(document.body).backgroundColor")
    page.value("document.getElementById('theme').click()")

    assert page.value("document.documentElement.dataset.theme") == "dark"
    assert page.value("getComputedStyle(document.body).backgroundColor") != before
    assert page.value("document.getElementById('theme').textContent") == "Light"
    page.press("?")
    assert page.value("document.getElementById('keys').open") is True


def test_a_symbol_of_markup_is_shown_and_does_nothing(page: Page, tmp_path: Path) -> None:
    symbol = "</script><script>document.title = 'spoilt'</script><!--\"'\u202e<img src=x onerror=alert(1)>"
    page.visit(write_page(tmp_path / "hostile.html", FEW, symbol=symbol))

    assert page.value("document.querySelector('h1').textContent") == symbol
    assert page.value("document.title") == f"\u2068{symbol}\u2069 on \u2068binance\u2069, 1m"
    assert page.value("document.images.length") == 0
    assert told(page) == digits(FEW[-1])
    assert page.complaints == []

"""`k2 ohlcv chart` as it is typed, with a lake that answers what it is told."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

from engines.errors import Unavailable

ONE = ("--exchange", "binance", "--symbol", "BTCUSDT")


def test_it_draws_the_newest_candles_of_a_series(k2: Any) -> None:
    ran = k2("chart", "1h", *ONE)

    assert ran.out.startswith("BTCUSDT on binance, 1h candles\n")
    assert "1 candle, " in ran.out
    assert "\x1b" not in ran.out
    assert k2.asked.query.limit == 80


@pytest.mark.parametrize("options", [("--from", "2024-02-01"), ("-o", "json"), ("-o", "csv")])
def test_a_span_and_data_are_read_whole(k2: Any, options: tuple[str, ...]) -> None:
    k2("chart", "1h", *ONE, *options)

    assert k2.asked.query.limit is None


def test_ascii_is_ascii(k2: Any) -> None:
    assert k2("chart", "1h", *ONE, "--ascii").out.isascii()


def test_as_json_it_is_the_candles_and_where_they_are_from(k2: Any) -> None:
    told = json.loads(k2("chart", "1h", *ONE, "-o", "json").out)

    assert (told["command"], told["snapshot_id"], told["page"]) == ("ohlcv chart", "5", None)
    assert told["rows"][0]["open_price"] == "65000.10000000"


def test_a_page_is_written_once_and_replaced_by_force(k2: Any) -> None:
    command = ("chart", "1h", *ONE, "--html", "page.html", "-o", "json")
    told = json.loads(k2(*command).out)
    page = k2.folder / "page.html"

    assert told["page"] == {"path": str(page), "candles": 1, "bytes": page.stat().st_size}
    assert told["rows"] == []
    again = k2(*command)
    assert again.code == 2
    assert "exists" in again.err
    assert k2(*command, "--force").code == 0


@pytest.mark.parametrize("html", [(), ("--html", "page.html")])
def test_several_series_are_refused_by_name(k2: Any, html: tuple[str, ...]) -> None:
    ran = k2("chart", "1h", *html)

    assert ran.code == 2
    assert "these are several" in ran.err
    assert "BTCUSDT on binance" in ran.err
    assert "--symbol" in ran.err
    assert not list(k2.folder.glob("*.html"))


def test_without_candles_there_is_no_page(k2: Any) -> None:
    ran = k2("chart", "1h", "--symbol", "ETHUSDT", "--exchange", "kraken", "--html", "page.html")

    assert ran.code == 2
    assert list(k2.folder.glob("*.html")) == []


def test_a_lake_that_fails_leaves_no_part_of_a_page(k2: Any) -> None:
    k2.error = Unavailable("the catalog does not answer")
    ran = k2("chart", "1h", *ONE, "--html", "page.html")

    assert ran.code == 6
    assert [path for path in k2.folder.iterdir() if path.suffix in (".html", ".part")] == []

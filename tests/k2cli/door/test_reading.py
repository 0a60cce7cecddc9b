"""Candles and trades as frames, from Python."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import k2cli
from engines.domain.timeframe import M5
from engines.errors import UsageError
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from k2cli.language.times import Time
from tests.k2cli.door.folders import deliver, tables_in


def test_candles_have_every_digit_and_their_times(traded: k2cli.Lake) -> None:
    found = traded.candles("1h", symbol="BTCUSDT").row(0, named=True)

    assert found["close_price"] == Decimal("9999999999.99999999")
    assert found["volume"] == Decimal("0.00000003")
    assert found["quote_volume"] == Decimal("299.9999999999999997")
    assert found["window_start"] == datetime(2024, 3, 1, tzinfo=UTC)


def test_candles_are_those_of_the_table_in_its_columns_and_order(traded: k2cli.Lake, folder: Path) -> None:
    target = tables_in(folder).tables.target(M5)
    found = traded.candles("5m")

    assert found.columns == [field.name for field in target.schema().fields]
    assert found.height == 3
    assert found.select("exchange", "symbol", "window_start").equals(
        found.select("exchange", "symbol", "window_start").sort(pl.all())
    )


@pytest.mark.parametrize(
    "start",
    [
        "2024-03-01T01:00:00Z",
        "2024-03-01 01:00",
        "2024-03-01T02:00+01:00",
        datetime(2024, 3, 1, 1),  # noqa: DTZ001 - what is tested
        datetime(2024, 3, 1, 2, tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=repr,
)
def test_a_time_is_utc_where_it_tells_no_zone(traded: k2cli.Lake, start: Time) -> None:
    assert traded.candles("1h", start=start)["trade_count"].sum() == 2
    assert traded.candles("1h", end=start)["trade_count"].sum() == 1
    assert traded.trades(start=start).height == 2
    assert traded.trades(end=start).height == 1


@pytest.mark.parametrize("day", ["2024-03-01", date(2024, 3, 1)], ids=repr)
def test_a_date_is_its_first_instant(traded: k2cli.Lake, day: Time) -> None:
    assert traded.candles("1m", start=day).height == 3
    assert traded.candles("1m", end=day).height == 0


@pytest.mark.parametrize("name", ["candles", "trades"])
def test_exchange_and_symbol_leave_out_the_others(traded: k2cli.Lake, name: str) -> None:
    def read(symbol: str | None = None, exchange: str | None = None) -> list[tuple[str, str]]:
        if name == "candles":
            found = traded.candles("1m", symbol=symbol, exchange=exchange)
        else:
            found = traded.trades(symbol=symbol, exchange=exchange)
        return sorted(set(found.select("exchange", "symbol").rows()))

    assert read(symbol="ETHUSDT") == read(exchange="kraken") == [("kraken", "ETHUSDT")]
    assert read(symbol="BTCUSDT", exchange="binance") == [("binance", "BTCUSDT")]


def test_trades_are_what_was_delivered_in_the_order_of_candles(traded: k2cli.Lake, folder: Path) -> None:
    again = trade(MIDNIGHT, "1", "9999999999.99999999", "0.00000003", side="buy")
    deliver(folder, again, trade(MIDNIGHT, "0", "0"), trade(MIDNIGHT, "0", "5", source_sequence=1))
    found = traded.trades(symbol="BTCUSDT", end="2024-03-01 00:01")

    assert found["message_id"].to_list() == ["0", "1", "1", "0"]
    assert found["timestamp"].dtype == pl.Datetime("us", "UTC")
    assert found["price"].to_list()[1] == Decimal("9999999999.99999999")


@pytest.mark.parametrize("time", ["yesterdy", "2024-13-01", 1_709_251_200, "0000-01-01"])
def test_what_is_no_time_is_named(traded: k2cli.Lake, time: Time) -> None:
    with pytest.raises(UsageError, match="end "):
        traded.candles("1h", end=time)


def test_a_span_that_holds_nothing_is_refused(traded: k2cli.Lake) -> None:
    with pytest.raises(UsageError, match=r"start .* is not before end"):
        traded.trades(start="2024-03-02", end="2024-03-01")


def test_candles_of_any_length_are_merged_from_those_of_the_tables(traded: k2cli.Lake) -> None:
    minutes, sevens = traded.candles("1m"), traded.candles("7m")

    starts = minutes["window_start"].dt.epoch("us") // (7 * 60_000_000)
    assert sevens.height == minutes.with_columns(starts=starts).n_unique(["exchange", "symbol", "starts"])
    for name in ("volume", "quote_volume", "trade_count"):
        assert sevens[name].sum() == minutes[name].sum()
    assert set(minutes.columns) - set(sevens.columns) == {"created_at", "updated_at"}


def test_gaps_are_filled_where_that_is_asked_for(traded: k2cli.Lake) -> None:
    found, filled = traded.candles("1m", symbol="BTCUSDT"), traded.candles("1m", symbol="BTCUSDT", fill="previous")

    assert filled.filter(~filled["filled"]).drop("filled").equals(found.drop("created_at", "updated_at"))
    assert filled.filter(filled["filled"])["volume"].sum() == 0
    with pytest.raises(UsageError, match="'linear' is not known"):
        traded.candles("1m", fill="linear")


@pytest.mark.parametrize("length", ["0m", "90s", "7x", "m15", "-5m", "999999999w", "", "1D", "1_0m", "15 m"])
def test_what_is_no_length_is_refused_with_the_tables_that_there_are(traded: k2cli.Lake, length: str) -> None:
    with pytest.raises(UsageError) as refused:
        traded.candles(length)

    assert "1m, 5m, 30m, 1h, 1d" in refused.value.message + refused.value.hint


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"zone": "Mars/Base"}, "'Mars/Base' is no time zone"),
        ({"zone": "../../etc/passwd"}, "is no time zone"),
        ({"zone": ""}, "is no time zone"),
        ({"day_start": "25:00"}, "day_start '25:00' is no time of day"),
        ({"day_start": "7"}, "day_start '7' is no time of day"),
        ({"anchor": "2024-01-01 00:00:30"}, "it is no whole minute"),
        ({"anchor": "soon"}, "anchor 'soon' is not a time"),
    ],
)
def test_where_windows_cannot_begin_is_refused(traded: k2cli.Lake, asked: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        traded.candles("1d", **asked)  # type: ignore[arg-type]


def test_a_symbol_that_is_not_there_is_an_error_unless_nothing_may_be_found(traded: k2cli.Lake) -> None:
    with pytest.raises(UsageError) as refused:
        traded.candles("1h", symbol="btc-usd")

    assert "did you mean 'BTCUSDT'" in refused.value.hint
    assert traded.candles("1h", symbol="btc-usd", allow_empty=True).height == 0
    assert traded.candles("1h", symbol="BTCUSDT", start="2030-01-01").height == 0

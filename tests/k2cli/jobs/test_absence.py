"""A query that finds nothing says why, and what to do."""

from collections.abc import Callable

import pytest

from engines.base import CandleQuery, WindowQuery
from engines.domain.timeframe import D1, H1, M1
from engines.domain.window import parse_windows
from engines.errors import Failure, UsageError
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from k2cli.jobs.show import show
from tests.empty_tables import with_tables

NOW = MIDNIGHT + 9 * D1.duration


@pytest.fixture
def history(new_lake: Callable[..., Lake]) -> History:
    """Empty tables."""
    return History(with_tables(new_lake()))


@pytest.fixture
def traded(history: History) -> History:
    """An hour each of BTCUSDT and BTCUSDC on binance, and of ETHUSDT on kraken; no candles of 1d."""
    elsewhere = {"exchange": "kraken", "symbol": "ETHUSDT"}
    history.append([trade(MIDNIGHT, "1"), trade(MIDNIGHT, "2", symbol="BTCUSDC"), trade(MIDNIGHT, "3", **elsewhere)])
    history.run(NOW, M1, H1)
    return history


def warning(history: History, **query: object) -> Failure:
    """The warning of a query that finds nothing."""
    report = show(history.lake, CandleQuery(**{"timeframe": H1, **query}), now=NOW)  # type: ignore[arg-type]

    assert report.candles.none
    (found,) = report.failures
    assert found.exit_code == 0
    return found


def test_of_an_empty_source_it_says_how_to_get_trades(history: History) -> None:
    found = warning(history)

    assert found.message == f"{history.lake.names.target(H1)} is empty"
    assert "k2 trades import FILE, or k2 trades generate; then run k2 ohlcv aggregate" in found.hint


def test_of_an_empty_table_it_says_what_fills_it(traded: History) -> None:
    for query in ({}, {"symbol": "BTCUSD"}):
        assert warning(traded, timeframe=D1, **query).hint == "run k2 ohlcv aggregate"


@pytest.mark.parametrize(
    ("query", "span"),
    [
        ({}, "_1h has candles from 2024-03-01T00:00:00Z to 2024-03-01T01:00:00Z"),
        ({"symbol": "BTCUSDT"}, "BTCUSDT has candles from 2024-03-01T00:00:00Z to 2024-03-01T01:00:00Z"),
        ({"exchange": "kraken"}, "kraken has candles from"),
        ({"exchange": "binance", "symbol": "BTCUSDT"}, "BTCUSDT on binance has candles from"),
    ],
)
def test_of_another_span_it_says_where_the_candles_are(traded: History, query: dict[str, object], span: str) -> None:
    found = warning(traded, **query, start=MIDNIGHT + D1.duration)

    assert found.message.startswith("there are no candles in that span; ")
    assert span in found.message


def test_of_windows_of_which_none_is_over_it_says_when_the_first_will_be(traded: History) -> None:
    report = show(traded.lake, WindowQuery(windows=parse_windows("1q")), now=NOW)

    (found,) = report.failures
    assert found.message == "no window of 1q is over yet; the first ends at 2024-04-01T00:00:00Z"


@pytest.mark.parametrize(
    ("query", "named", "nearest"),
    [
        ({"symbol": "BTCUSD"}, "BTCUSD", "did you mean 'BTCUSDT' or 'BTCUSDC'?"),
        ({"symbol": "eth/usdt"}, "eth/usdt", "did you mean 'ETHUSDT'"),
        ({"exchange": "Binance"}, "Binance", "did you mean 'binance'?"),
        ({"exchange": "binanse", "symbol": "BTCUSDT"}, "BTCUSDT on binanse", "did you mean 'binance'?"),
        ({"exchange": "kraken", "symbol": "BTCUSDT"}, "BTCUSDT on kraken", "BTCUSDT is on binance"),
        ({"exchange": "kraken", "symbol": "GOLD"}, "GOLD on kraken", "known: ETHUSDT"),
        ({"symbol": "GOLD", "start": MIDNIGHT + D1.duration}, "GOLD", "known: BTCUSDC, BTCUSDT, ETHUSDT"),
    ],
)
def test_what_is_not_there_is_an_error_with_what_may_be_meant(
    traded: History, query: dict[str, object], named: str, nearest: str
) -> None:
    with pytest.raises(UsageError) as raised:
        warning(traded, **query)

    assert raised.value.message == f"{traded.lake.names.target(H1)} has no candles of {named}"
    assert raised.value.hint.startswith(nearest)
    assert "k2 ohlcv aggregate" in raised.value.hint
    assert "--allow-empty" in raised.value.hint


@pytest.mark.parametrize("query", [{}, {"symbol": "BTCUSD"}, {"start": NOW}])
def test_where_nothing_may_be_found_nothing_is_said(traded: History, query: dict[str, object]) -> None:
    asked = CandleQuery(**{"timeframe": D1, **query})  # type: ignore[arg-type]
    report = show(traded.lake, asked, now=NOW, allow_empty=True)

    assert (list(report.candles), report.failures, report.exit_code) == ([], (), 0)

"""Which series a candle table holds is read from its rows, and cheaply from its newest."""

import pytest

from engines.domain.series import Series
from engines.domain.timeframe import D1, M1, MINUTE
from engines.errors import TableMissing
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

DAY = D1.duration
NOW = MIDNIGHT + 9 * DAY


@pytest.fixture
def traded(history: History) -> History:
    """BTCUSDT on binance on two days, it's on kraken on the first, "new" on binance on the second."""
    elsewhere = {"exchange": "kraken", "symbol": "it's"}
    history.append([trade(MIDNIGHT, "1"), trade(MIDNIGHT + 3 * MINUTE, "2"), trade(MIDNIGHT, "3", **elsewhere)])
    history.append([trade(MIDNIGHT + DAY, "4"), trade(MIDNIGHT + DAY, "5", symbol='"new"')])
    history.run(NOW, M1)
    return history


def test_each_series_has_its_span(traded: History) -> None:
    assert traded.lake.series(M1) == (
        Series("binance", '"new"', MIDNIGHT + DAY, MIDNIGHT + DAY),
        Series("binance", "BTCUSDT", MIDNIGHT, MIDNIGHT + DAY),
        Series("kraken", "it's", MIDNIGHT, MIDNIGHT),
    )


def test_exchange_and_symbol_leave_out_the_others(traded: History) -> None:
    def found(exchange: str | None = None, symbol: str | None = None) -> list[tuple[str, str]]:
        return [(s.exchange, s.symbol) for s in traded.lake.series(M1, exchange=exchange, symbol=symbol)]

    assert found(exchange="kraken") == found(symbol="it's") == [("kraken", "it's")]
    assert found("binance", "BTCUSDT") == [("binance", "BTCUSDT")]
    assert found("kraken", "BTCUSDT") == found("", "") == []


def test_of_the_newest_rows_those_of_older_files_are_not_read(traded: History) -> None:
    names = [series.symbol for series in traded.lake.series(M1, most_rows=2)]

    assert names == ['"new"', "BTCUSDT"]
    assert len(traded.lake.series(M1, most_rows=5)) == 3
    assert len(traded.lake.series(M1, most_rows=1)) == 2  # the newest file is always read


def test_an_empty_table_holds_none(history: History) -> None:
    assert history.lake.series(M1) == history.lake.series(M1, most_rows=9) == ()


def test_a_table_that_is_not_there_is_named(history: History) -> None:
    history.lake.tables.catalog.drop_table(history.lake.names.target(D1))

    with pytest.raises(TableMissing, match="_1d"):
        history.lake.series(D1)

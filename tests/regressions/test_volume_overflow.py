"""The usual job keeps volume in decimal(18,8): ten thousand million low-priced coins, and it wraps, fails or is null.

Here volume has 38 digits, and products are summed in 128 bits or refused, never wrapped.
"""

from decimal import Decimal

from engines.domain.results import Status
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, M1
from engines.testing.history import History, trade
from engines.testing.strategies import LARGEST, MIDNIGHT, SMALLEST

LATER = MIDNIGHT + 2 * HOUR


def test_a_day_of_a_low_priced_coin_fits(history: History) -> None:
    coins = "9999999999.99999999"
    history.append([trade(MIDNIGHT + n, str(n), price=str(SMALLEST), quantity=coins) for n in range(50)])
    history.run(LATER)

    assert [candle.volume for candle in history.candles(M1)] == [50 * LARGEST]
    assert Decimal(10) ** 10 < 50 * LARGEST
    history.prove(LATER)


def test_the_greatest_prices_and_quantities_are_summed_exactly(history: History) -> None:
    history.append([trade(MIDNIGHT + n, str(n), price=str(LARGEST), quantity=str(LARGEST)) for n in range(100)])
    history.run(LATER)

    history.prove(LATER)


def test_a_sum_that_fits_no_column_publishes_nothing(history: History) -> None:
    history.append([trade(MIDNIGHT + n, str(n), price=str(LARGEST), quantity=str(LARGEST)) for n in range(101)])
    refresh = history.aggregate(MIDNIGHT + DAY)

    assert refresh.exit_code == 3
    assert {table.status for table in refresh.tables} == {Status.FAILED}
    assert all(history.lake.tables.target(timeframe).current_snapshot() is None for timeframe in DEFAULT_TIMEFRAMES)

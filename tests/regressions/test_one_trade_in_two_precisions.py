"""A recorder keeps milliseconds, the exchange's dump has microseconds: a job that compares times counts a trade twice.

Here a trade of a table that k2 made is its id within a minute of its series, and the copy delivered last counts.
"""

from decimal import Decimal

from engines.domain.identity import Identity
from engines.domain.timeframe import HOUR, M1
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

LATER = MIDNIGHT + HOUR
LIVE = [trade(MIDNIGHT + n * 1_000, f"binance:BTCUSDT:{n}", price=f"100.{n}") for n in range(1, 5)]
DUMP = [trade(MIDNIGHT + n * 1_000 + 123, f"binance:BTCUSDT:{n}", price=f"100.{n}") for n in range(1, 5)]


def test_what_was_recorded_and_what_was_dumped_count_once(history: History) -> None:
    history.append(LIVE)
    history.run(LATER)
    history.append(DUMP)
    first, *_ = history.run(LATER)
    (candle,) = history.candles(M1)

    assert (candle.trade_count, candle.volume, candle.vwap) == (4, Decimal(4), Decimal("100.25"))
    assert first.duplicates == 4
    history.prove(LATER)


def test_a_table_of_an_earlier_version_goes_on_as_it_was(history: History) -> None:
    with history.table.transaction() as transaction:
        transaction.remove_properties("k2.identity")
    history.append([*LIVE, *DUMP])
    history.run(LATER)
    (candle,) = history.candles(M1)

    assert history.lake.tables.identity(history.table) is Identity.ID_TIME
    assert candle.trade_count == 8
    history.prove(LATER)

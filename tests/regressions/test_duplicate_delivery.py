"""The usual job counts a trade as often as its feed delivers it.

Here a trade is (exchange, symbol, message_id) within a minute, and counts once, by the copy that was ingested last.
"""

from decimal import Decimal

from engines.domain.timeframe import HOUR, M1
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

LATER = MIDNIGHT + 2 * HOUR


def test_copies_in_one_delivery_count_once(history: History) -> None:
    history.append([trade(MIDNIGHT, "1")] * 3)
    first, *_ = history.run(LATER)

    assert (first.trades_read, first.duplicates) == (3, 2)
    history.prove(LATER)


def test_a_copy_in_a_later_delivery_changes_nothing(history: History) -> None:
    history.append([trade(MIDNIGHT, "1")])
    history.run(LATER)
    before = history.lake.tables.target(M1).scan().to_arrow()
    history.append([trade(MIDNIGHT, "1")])
    history.run(LATER)

    assert history.lake.tables.target(M1).scan().to_arrow() == before
    history.prove(LATER)


def test_a_correction_takes_the_place_of_the_copy_it_corrects(history: History) -> None:
    history.append([trade(MIDNIGHT, "1", price="100", ingestion_timestamp=1)])
    history.run(LATER)
    history.append([trade(MIDNIGHT, "1", price="90", ingestion_timestamp=2)])
    history.append([trade(MIDNIGHT, "1", price="80", ingestion_timestamp=1)])
    history.run(LATER)

    assert [candle.close for candle in history.candles(M1)] == [Decimal(90)]
    history.prove(LATER)


def test_equal_rows_with_other_ids_are_other_trades(history: History) -> None:
    history.append([trade(MIDNIGHT, "1"), trade(MIDNIGHT, "2")])
    history.run(LATER)

    assert [candle.trade_count for candle in history.candles(M1)] == [2]

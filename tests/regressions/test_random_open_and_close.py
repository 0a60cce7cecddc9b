"""The usual job opens and closes with whichever row of an instant it happens to read: each run has its own candle.

Here the order is total: timestamp, source_sequence, message_id.
"""

import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from engines.domain.timeframe import HOUR, M1
from engines.lake import Lake
from engines.testing.history import History, trade
from engines.testing.oracle import Candle
from engines.testing.strategies import MIDNIGHT

LATER = MIDNIGHT + 2 * HOUR
TIED = [trade(MIDNIGHT, str(n), price=str(n + 1), source_sequence=None if n < 2 else 100 - n) for n in range(12)]


def built(lake: Lake, deliveries: list[list[int]]) -> list[Candle]:
    lake.create_tables(with_trades=True)
    history = History(lake)
    for delivery in deliveries:
        history.append([TIED[n] for n in delivery])
    history.run(LATER)
    history.prove(LATER)
    return history.candles(M1)


@pytest.mark.parametrize("seed", range(4))
def test_trades_of_one_instant_open_and_close_the_same_way_in_any_order(
    new_lake: Callable[..., Lake], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a shuffle, no secret
    order, cut = chance.sample(range(12), 12), chance.randrange(1, 11)
    (candle,) = built(new_lake(), [order[:cut], order[cut:]])

    # Without a sequence first, by message_id; then by sequence: 100 - 11 is the least, 100 - 2 the greatest.
    assert (candle.open, candle.close) == (Decimal(1), Decimal(3))

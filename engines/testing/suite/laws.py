"""Theme: properties that hold for all trades, tested with trades that Hypothesis generates."""

import random
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, example, given, settings

from engines.domain.timeframe import H1, M1
from engines.testing import oracle
from engines.testing.foreign import USED, foreign_source
from engines.testing.oracle import Trade
from engines.testing.strategies import EXTREMES, MIDNIGHT, histories, trades
from engines.testing.suite.kit import NOW, Kit, NewLake, prove, started


class Laws(Kit):
    """Tests of properties that hold for all trades.

    Attributes:
        few: Hypothesis settings with few examples, because each example has a lake of its own.
    """

    few: ClassVar[settings] = settings(
        max_examples=max(8, settings().max_examples // 20), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )

    def test_law_a_fold_is_the_oracles_and_so_are_its_counts(self, new_lake: NewLake) -> None:
        @self.few
        @given(rows=trades(max_size=40, minutes=12))
        @example(rows=[row for rows in EXTREMES[:2] for row in (*rows, *rows)])
        @example(rows=[*EXTREMES[2], *EXTREMES[2]])
        def law(rows: list[Trade]) -> None:
            history = foreign_source(new_lake(), USED)
            history.append(rows)
            (table,) = history.run(NOW, M1)
            timed = [row for row in rows if row.timestamp is not None]
            valid = [row for row in timed if oracle.rejection(row) is None]
            counted = Counter({rejected.reason: rejected.count for rejected in table.rejected})

            prove(history, M1)
            assert table.duplicates == len(valid) - len(oracle.distinct(rows, history.identity))
            # A row without an event time is in no interval, so engines are free to count it as rejected or not.
            assert _rejections(timed) <= counted <= _rejections(rows)

        law()

    def test_law_delivery_by_delivery_is_all_at_once(self, new_lake: NewLake) -> None:
        @self.few
        @given(batches=histories(trades(max_size=30, minutes=200, nulls=False)))
        @example(batches=[list(EXTREMES[0])] * 2)
        @example(batches=[list(EXTREMES[2]), [*EXTREMES[2], *EXTREMES[1]]])
        def law(batches: list[list[Trade]]) -> None:
            history = started(new_lake())
            for batch in batches[:-1]:
                history.append(batch)
                history.prepare(NOW, M1, H1)
            history.append(batches[-1])
            history.run(NOW, M1, H1)
            prove(history, M1, H1)

        law()

    @pytest.mark.parametrize("seed", [1, 2])
    def test_law_the_order_of_rows_does_not_matter(self, new_lake: NewLake, seed: int) -> None:
        """Trades with many ties and copies are shuffled and appended in two parts."""
        chance = random.Random(seed)  # noqa: S311 - a shuffle, no secret
        rows = [_tied(n, chance) for n in range(120)]
        rows += chance.sample(rows, 40)
        chance.shuffle(rows)
        history = started(new_lake())
        for part in _halves(rows):
            history.append(part)
        history.run(NOW, M1, H1)
        prove(history, M1, H1)


def _rejections(rows: Sequence[Trade]) -> Counter[str]:
    return Counter(reason for row in rows if (reason := oracle.rejection(row)) is not None)


def _tied(n: int, chance: random.Random) -> Trade:
    return Trade(
        exchange=chance.choice(["binance", "kraken"]),
        symbol="BTCUSDT",
        timestamp=MIDNIGHT + chance.randrange(3),
        message_id=str(n // 2),
        price=Decimal(chance.randrange(1, 10**18)).scaleb(-8),
        quantity=Decimal(chance.randrange(1, 10**17)).scaleb(-8),
        side=chance.choice(["buy", "sell", None]),
        source_sequence=chance.choice([None, 1, 2]),
        ingestion_timestamp=chance.choice([None, 1, 2]),
    )


def _halves(rows: Sequence[Trade]) -> tuple[Sequence[Trade], Sequence[Trade]]:
    return rows[: len(rows) // 2], rows[len(rows) // 2 :]

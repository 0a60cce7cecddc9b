"""Law: whatever happened to the source, in whatever order, each run leaves the oracle's candles of what it holds now."""

import os
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.base import CandleQuery, Engine, RefreshRequest
from engines.domain.changes import RemovedTrades
from engines.domain.results import Status
from engines.domain.tables import partition_units
from engines.domain.interval import Intervals
from engines.domain.timeframe import DAY, HOUR, MINUTE, Timeframe
from engines.iceberg.files import live_files, spans
from engines.iceberg.state import target_state
from engines.testing import oracle
from engines.testing.arrow import candles_of
from engines.testing.history import History, Place, expire, rewrite_all
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT

ALL = tuple(Timeframe)
FIRST, LAST = MIDNIGHT - 5 * HOUR, MIDNIGHT + 5 * HOUR
LENGTH = int(os.environ.get("K2_HISTORY", "120"))


@dataclass
class World:
    """An engine, the history of its source, and a clock; chance decides what happens next.

    Attributes:
        engine: Under test.
        chance: Decides.
        log: What happened, to be read when a law is broken.
    """

    engine: Engine
    chance: random.Random
    log: list[str] = field(default_factory=list)
    opened: bool = False
    names: int = 0

    def __post_init__(self) -> None:
        self.engine.create_tables(with_trades=True)
        self.history = History(self.engine)

    def trade(self) -> Trade:
        """A new trade, often beside a boundary."""
        chance = self.chance
        instant = chance.randrange(FIRST, LAST)
        if chance.random() < 0.3:
            instant = instant // MINUTE * MINUTE - chance.randrange(2)
        return Trade(
            exchange=chance.choice(["binance", "kraken"]),
            symbol=chance.choice(["BTCUSDT", "ETHUSDT"]),
            timestamp=instant,
            message_id=str(chance.randrange(10**6)),
            price=Decimal(chance.randrange(1, 10**12)).scaleb(-8),
            quantity=Decimal(chance.randrange(0 if chance.random() < 0.05 else 1, 10**12)).scaleb(-8),
            side=chance.choice([None, "buy", "sell"]),
            source_sequence=chance.choice([None, 1, 2, 3]),
            ingestion_timestamp=chance.randrange(10**6),
        )

    def batch(self) -> list[Trade]:
        """New trades, some of them near each other, with copies and corrections of some that are there."""
        chance, there = self.chance, self.history.trades
        rows = [self.trade() for _ in range(chance.randrange(1, 8))]
        at = self.trade().timestamp or 0
        rows += [replace(self.trade(), timestamp=at + chance.randrange(HOUR)) for _ in range(chance.randrange(12))]
        if there:
            copies = chance.choices(there, k=chance.randrange(4))
            rows += copies
            rows += [
                replace(row, price=Decimal(chance.randrange(1, 10**12)).scaleb(-8), ingestion_timestamp=10**7 + i)
                for i, row in enumerate(copies[:2])
            ]
        return rows

    def span(self) -> tuple[int, int]:
        """A range of event times, seconds or hours long, on a boundary now and then."""
        start = self.chance.randrange(FIRST, LAST)
        length = self.chance.choice([1000 * 1000, 10 * MINUTE, HOUR, 3 * HOUR])
        if self.chance.random() < 0.4:
            start = start // HOUR * HOUR
        return start, start + length

    def some(self) -> Callable[[Place], bool]:
        """About one data file in three, or all."""
        modulus, residue = self.chance.choice([1, 2, 3, 3]), self.chance.randrange(3)
        return lambda place: place.rank % modulus == residue % modulus

    def change(self) -> None:
        """One change of the source."""
        name = self.chance.choice(CHANGES)
        self.log.append(name)
        getattr(self, f"_{name}")()

    def _append(self) -> None:
        self.history.append(self.batch())

    def _redeliver(self) -> None:
        there = self.history.trades
        if there:
            self.history.append(self.chance.choices(there, k=self.chance.randrange(1, 5)))

    def _overwrite(self) -> None:
        self.history.overwrite(*self.span(), self.batch())

    def _delete(self) -> None:
        self.history.delete(*self.span())

    def _drop_files(self) -> None:
        self.history.drop_files(self.some())

    def _mask_named(self) -> None:
        self.history.mask(self.some(), self.chance.choice([1, 2, 3]), scoped=True)

    def _mask_partition(self) -> None:
        self.history.mask(self.some(), self.chance.choice([1, 2, 3]), scoped=False)

    def _compact(self) -> None:
        self.history.compact(self.some())

    def _go_to(self) -> None:
        if self.history.versions:
            self.history.go_to(self.chance.choice(self.history.versions[-6:]))

    def _branch(self) -> None:
        self.names += 1
        self.history.name(f"b{self.names}")

    def _replace(self) -> None:
        self.history.replace(self.batch() if self.chance.random() < 0.7 else [])

    def _expire(self) -> None:
        kept = self.history.versions
        self.history.expire(self.chance.sample(kept, k=self.chance.randrange(len(kept) + 1)))

    def _expire_like_java(self) -> None:
        kept = self.history.versions
        self.history.expire(kept[: self.chance.randrange(len(kept) + 1)], like_java=True)

    def _rewrite_target(self) -> None:
        rewrite_all(self.engine.lake.target(self.chance.choice(ALL)))

    def run(self) -> None:
        """A run of some tables at some time, and its proof."""
        chance = self.chance
        wanted = ALL if chance.random() < 0.6 else tuple(chance.sample(ALL, k=chance.randrange(1, 5)))
        now = chance.randrange(FIRST, LAST + 2 * HOUR) if chance.random() < 0.8 else LAST + 40 * DAY
        include_open = chance.random() < 0.15
        self.opened = self.opened or include_open
        self.log.append(f"run {[w.value for w in wanted]} {now} open={include_open}")
        self.aggregate(wanted, now, include_open=include_open)

    def aggregate(self, wanted: tuple[Timeframe, ...], now: int, *, include_open: bool = False) -> list[Status]:
        """A run, and the proof that each table holds the oracle's candles."""
        before = {w: target_state(self.engine.lake.target(w)).watermark for w in wanted}
        refresh = self.engine.aggregate(
            RefreshRequest(
                timeframes=wanted,
                now=now,
                run_id=str(uuid.uuid4()),
                include_open=include_open,
                removed=RemovedTrades.RECOMPUTE,
            )
        )
        assert refresh.exit_code == 0, (refresh, self.log)
        self.history.check()
        for timeframe in wanted:
            mark = before[timeframe]
            until = max(timeframe.floor(now), mark.closed_until if mark is not None else FIRST)
            truth = oracle.candles(self.history.trades, timeframe.duration)
            found = candles_of(self.engine.read(CandleQuery(timeframe=timeframe)))
            closed = [c for c in truth if c.window_end <= until]
            if include_open:
                assert found == truth, (timeframe, self.log)
            elif self.opened:
                assert [c for c in found if c.window_end <= until] == closed, (timeframe, self.log)
            else:
                assert found == closed, (timeframe, self.log)
        return [table.status for table in refresh.tables]


CHANGES = (
    *["append"] * 6,
    *["redeliver"] * 2,
    *["overwrite"] * 2,
    *["delete"] * 2,
    *["drop_files", "mask_named", "mask_partition"] * 2,
    *["compact", "go_to", "branch", "replace", "expire", "expire_like_java", "rewrite_target"],
)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_every_run_ends_in_the_oracles_candles(new_engine: Callable[..., Engine], seed: int) -> None:
    world = World(new_engine(), random.Random(seed))
    for _ in range(12):
        for _ in range(world.chance.randrange(3)):
            world.change()
        world.run()

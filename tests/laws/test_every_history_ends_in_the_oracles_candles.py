"""Law: whatever happened to the source, in whatever order, each run leaves the oracle's candles of what it holds."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.domain.interval import END
from engines.domain.limits import Limits
from engines.domain.losses import RemovedTrades
from engines.domain.results import Status
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, MINUTE, SECOND, Timeframe
from engines.errors import UsageError
from engines.iceberg.files import live_files
from engines.iceberg.state import target_state
from engines.lake import Lake
from engines.testing.history import History, Place
from engines.testing.oracle import Trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import expire, rewrite_all
from tests.empty_tables import with_tables

ALL = DEFAULT_TIMEFRAMES
FIRST, LAST = MIDNIGHT - 5 * HOUR, MIDNIGHT + 5 * HOUR
EXAMPLES = max(4, settings().max_examples // 10)


@dataclass
class World:
    """A lake, the history of its source, and a clock; chance decides what happens next.

    Attributes:
        lake: Under test.
        chance: Decides.
        log: What happened, to be read when a law is broken.
    """

    lake: Lake
    chance: random.Random
    log: list[str] = field(default_factory=list)
    opened: bool = False
    names: int = 0
    brought: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with_tables(self.lake)
        self.history = History(self.lake)

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
        length = self.chance.choice([SECOND, MINUTE, 10 * MINUTE, HOUR])
        if self.chance.random() < 0.4:
            start = start // HOUR * HOUR
        return start, start + length

    def some(self) -> Callable[[Place], bool]:
        """One data file in eight, or more, or all."""
        modulus, residue = self.chance.choice([1, 2, 4, 8, 8, 8]), self.chance.randrange(8)
        return lambda place: place.rank % modulus == residue % modulus

    def change(self) -> None:
        """One change of the source."""
        name = self.chance.choice(CHANGES)
        self.log.append(name)
        getattr(self, f"_{name}")()

    def _append(self) -> None:
        self.history.append(self.batch())

    def _bring(self) -> None:
        self.brought.append(self.history.bring(self.batch()))

    def _undo(self) -> None:
        with suppress(UsageError):
            self.history.undo(self.chance.choice(self.brought or ["none"]))

    def _take_out(self) -> None:
        exchange, symbol = self.chance.choice(["binance", "kraken"]), self.chance.choice(["BTCUSDT", "ETHUSDT"])
        self.history.take_out(exchange, symbol, *self.chance.choice([self.span(), (FIRST, LAST)]))

    def _merge(self) -> None:
        self.history.merge()

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
        rewrite_all(self.lake.tables.target(self.chance.choice(ALL)))

    def run(self) -> None:
        """A run of some tables at some time, and its proof."""
        chance = self.chance
        if chance.random() < 0.03:
            self.lose()
        wanted = ALL if chance.random() < 0.6 else tuple(chance.sample(ALL, k=chance.randrange(1, 5)))
        now = chance.randrange(FIRST, LAST + 2 * HOUR) if chance.random() < 0.8 else LAST + 40 * DAY
        options: dict[str, Any] = {"grace": chance.choice([0, 0, 90 * SECOND, HOUR])}
        options |= {"include_open": True} if chance.random() < 0.15 else {}
        options |= {"removed": RemovedTrades.REFUSE} if chance.random() < 0.3 else {}
        if chance.random() < 0.2:
            start, end = self.span()
            options |= chance.choice([{"start": start}, {"start": start, "end": end}, {"lookback": HOUR}])
            options |= chance.choice([{}, {"rebuild": True}])
        self.log.append(f"run {[w.name for w in wanted]} {now} {options}")
        self.opened = self.opened or "include_open" in options
        self.aggregate(wanted, now, **options)

    def aggregate(self, wanted: tuple[Timeframe, ...], now: int, **options: Any) -> list[Status]:  # noqa: ANN401
        """A run, and the proof that each table holds the oracle's candles; a refusal is answered by "recompute"."""
        before = {w: target_state(self.lake.tables.target(w)).watermark for w in wanted}
        recompute = {**options, "removed": RemovedTrades.RECOMPUTE}
        plan = self.history.aggregate(now, *wanted, **recompute, dry_run=True)
        refresh = self.history.aggregate(now, *wanted, **(recompute | options))
        if refresh.exit_code == 2:
            refresh = self.history.aggregate(now, *wanted, **recompute)
        else:
            assert [t.intervals for t in refresh.tables] == [t.intervals for t in plan.tables], self.log
        assert refresh.exit_code == 0, (refresh, self.log)
        self.history.check()
        for timeframe in wanted:
            mark = before[timeframe]
            clock = timeframe.floor(now - options.get("grace", 0))
            until = max(clock, mark.closed_until if mark is not None else clock)
            truth, found = self.history.truth(timeframe, END), self.history.candles(timeframe)
            closed = [c for c in truth if c.window_end <= until]
            if "include_open" in options:
                assert found == truth, (timeframe, self.log)
            elif self.opened:
                assert [c for c in found if c.window_end <= until] == closed, (timeframe, self.log)
            else:
                assert found == closed, (timeframe, self.log)
        return [table.status for table in refresh.tables]

    def lose(self) -> None:
        """Another writer rewrites a target and expires what told how far it was; the next run makes it anew."""
        tables, timeframe = self.lake.tables, self.chance.choice(ALL)
        self.log.append(f"lose {timeframe}")
        self.aggregate((timeframe,), LAST + 40 * DAY)
        rewrite_all(tables.target(timeframe))
        table = tables.target(timeframe)
        expire(tables, table, [snapshot.snapshot_id for snapshot in table.metadata.snapshots])
        self._append()
        self.aggregate((timeframe,), LAST + 40 * DAY)

    def tidy(self) -> None:
        """One data file for each partition, and few manifests, whatever happened."""
        for timeframe in ALL:
            table = self.lake.tables.target(timeframe)
            head = table.current_snapshot()
            files = live_files(table, head)
            assert len(files) == len({repr(file.partition) for file in files}), (timeframe, self.log)
            assert head is None or len(head.manifests(table.io)) < 60, (timeframe, self.log)


CHANGES = (
    *["append"] * 12,
    *["redeliver"] * 2,
    *["bring", "undo", "take_out", "merge"] * 2,
    *["overwrite"] * 2,
    *["delete"] * 2,
    *["drop_files", "mask_named", "mask_partition"] * 2,
    *["compact", "go_to", "branch", "replace", "expire", "expire_like_java", "rewrite_target"],
)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_every_run_ends_in_the_oracles_candles(new_lake: Callable[..., Lake], seed: int) -> None:
    """A seed is a history: there is nothing to shrink but its length, so chance is left to Python."""
    world = World(new_lake(), random.Random(seed))  # noqa: S311
    for _ in range(8):
        for _ in range(world.chance.randrange(3)):
            world.change()
        world.run()


def test_batches_too_small_for_an_hour_change_nothing(new_lake: Callable[..., Lake], seed: int) -> None:
    """The same with memory for ten rows: plans are cut into batches, batches into slices; few candles are handed on."""
    world = World(new_lake(limits=Limits(rebuilt=10, held=20)), random.Random(seed))  # noqa: S311
    for _ in range(12):
        world.change()
        world.run()


def test_a_long_history_leaves_few_files_and_ends_at_rest(
    new_lake: Callable[..., Lake], seed: int, nightly: bool
) -> None:
    world = World(new_lake(), random.Random(seed))  # noqa: S311
    for _ in range(600 if nightly else 24):
        world.change()
        if world.chance.random() < 0.4:
            world.run()
            world.tidy()
    world.aggregate(ALL, LAST + 40 * DAY)
    world.tidy()
    before = [world.lake.tables.target(timeframe).metadata_location for timeframe in ALL]

    assert world.aggregate(ALL, LAST + 50 * DAY) == [Status.UP_TO_DATE] * 5
    assert [world.lake.tables.target(timeframe).metadata_location for timeframe in ALL] == before

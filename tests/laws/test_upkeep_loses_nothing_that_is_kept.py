"""Law: whatever is refreshed, pruned, compacted, tagged and expired, in whatever order: all that is kept is right.

After each step every file that a kept snapshot reaches exists, every candle behind the fence is the oracle's and none
stands before it, and each tag reads what it read when it was made. After a removal of orphans nothing else is there.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyiceberg.table import Table

from engines.base import ValidationRequest
from engines.domain.invariants import NOT_BLIND
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import D1, DAY, HOUR, M1, M5, MINUTE, Timeframe
from engines.domain.upkeep import UpkeepStatus
from engines.iceberg.state import target_state
from engines.lake import Lake
from engines.testing import oracle
from engines.testing.arrow import candles_of
from engines.testing.history import History, trade
from engines.testing.oracle import Candle, Trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import rewrite_all
from tests.empty_tables import with_tables

TABLES = (M1, M5, D1)
"""The finest, one made from it, and one of another partitioning."""

AT_ONCE = -(10**18)
HISTORIES = max(6, settings().max_examples // 10)


def local(path: str) -> Path:
    return Path("/" + path.removeprefix("file:").lstrip("/"))


def needed(table: Table) -> set[Path]:
    """The files that readers of the kept snapshots open, by PyIceberg."""
    paths = set()
    for snapshot in table.metadata.snapshots:
        paths.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            paths.add(manifest.manifest_path)
            paths |= {e.data_file.file_path for e in manifest.fetch_manifest_entry(table.io, discard_deleted=True)}
    return {local(path) for path in paths}


@dataclass
class World:
    """A lake, chance, and what is remembered of it.

    Attributes:
        lake: Under test.
        chance: Decides what happens next.
        now: The clock.
        until: Closed windows end by then.
        tags: What each tag read when it was made.
        log: What happened, to be read when the law is broken.
    """

    lake: Lake
    chance: random.Random
    now: int = MIDNIGHT
    until: int = MIDNIGHT
    trades: list[Trade] = field(default_factory=list)
    tags: dict[tuple[Timeframe, str], list[Candle]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with_tables(self.lake)
        self.history = History(self.lake)

    def table(self, timeframe: Timeframe) -> Table:
        return self.lake.tables.target(timeframe)

    def step(self) -> None:
        """One thing that happens, and the proof."""
        name = self.chance.choice(THINGS)
        self.log.append(name)
        getattr(self, f"_{name}")()
        for timeframe in TABLES:
            self.prove(timeframe)

    def prove(self, timeframe: Timeframe) -> None:
        table = self.table(timeframe)
        lost = [path for path in needed(table) if not path.exists()]
        assert not lost, (timeframe, self.log)
        fence = target_state(table).fence or 0
        truth = oracle.candles(self.trades, timeframe.duration)
        closed = [c for c in truth if c.window_end <= timeframe.floor(self.until) and c.window_start >= fence]
        assert candles_of(table.scan().to_arrow()) == closed, (timeframe, self.log)
        for (tagged, tag), seen in self.tags.items():
            if tagged is timeframe:
                assert candles_of(table.scan().use_ref(tag).to_arrow()) == seen, (timeframe, tag, self.log)

    def _aggregate(self) -> None:
        self.now += self.chance.choice([HOUR, 8 * HOUR, DAY, 3 * DAY])
        count = self.chance.randrange(1, 12)
        days = self.chance.choice([1, 1, 3, 12])
        self._arrive([self._trade(self.now - self.chance.randrange(days * DAY)) for _ in range(count)])
        self._refresh()

    def _late(self) -> None:
        there = self.trades
        self._arrive([self._trade(self.now - self.chance.randrange(20 * DAY)) for _ in range(3)])
        if there:
            copy = self.chance.choice(there)
            self._arrive([replace(copy, price=copy.price, ingestion_timestamp=self.now)])
        self._refresh()

    def _rebuild(self) -> None:
        self._refresh(rebuild=True)

    def _trade(self, instant: int) -> Trade:
        chance = self.chance
        instant = instant // MINUTE * MINUTE if chance.random() < 0.3 else instant
        price = str(Decimal(chance.randrange(1, 10**10)).scaleb(-4))
        return trade(instant, str(chance.randrange(10**6)), price=price, side=chance.choice([None, "buy", "sell"]))

    def _arrive(self, trades: list[Trade]) -> None:
        self.history.append(trades)
        self.trades = self.trades + trades

    def _refresh(self, **options: bool) -> None:
        self.history.run(self.now, *TABLES, **options)
        self.until = max(self.until, self.now)

    def _prune(self, *, orphans: bool = False) -> None:
        chance = self.chance
        request = PruneRequest(
            timeframes=TABLES,
            now=self.now,
            run_id=str(uuid.uuid4()),
            retention={
                M1: chance.choice([1, 2, 5]) * DAY,
                M5: chance.choice([3, 9]) * DAY,
                D1: 40 * DAY,
            },
            keep_snapshots=chance.choice([0, 1, 2, 5]),
            keep_age=chance.choice([AT_ONCE, AT_ONCE, 10**18]),
            orphans=orphans,
            orphan_age=AT_ONCE,
            most=True,
            force=chance.random() < 0.5,
            dry_run=chance.random() < 0.1 and not orphans,
        )
        before = {timeframe: self._held(timeframe) for timeframe in TABLES}
        prune = self.lake.prune(request)
        # The 5m table is not asked by 30m, which nobody keeps here: refused unless forced.
        assert prune.exit_code in (0, 2), (prune, self.log)
        for result in prune.tables:
            gone = {p: s for p, s in before[result.timeframe].items() if p not in self._held(result.timeframe)}
            # Each commit may take the oldest of a hundred metadata files along.
            freed = {path: size for path, size in gone.items() if not path.name.endswith(".metadata.json")}
            assert sum(freed.values()) <= result.bytes_freed + result.orphan_bytes <= sum(gone.values()), self.log
            if orphans and result.status is not UpkeepStatus.FAILED:
                self._prove_clean(result.timeframe)

    def _prune_all(self) -> None:
        self._prune(orphans=True)

    def _stray(self) -> None:
        for timeframe in TABLES:
            folder = local(self.table(timeframe).location()) / "data"
            folder.mkdir(exist_ok=True)
            (folder / f"{uuid.uuid4()}.parquet").write_bytes(b"stray")

    def _held(self, timeframe: Timeframe) -> dict[Path, int]:
        folder = local(self.table(timeframe).location())
        return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}

    def _prove_clean(self, timeframe: Timeframe) -> None:
        table = self.table(timeframe)
        log = {local(entry.metadata_file) for entry in table.metadata.metadata_log}
        assert self._held(timeframe).keys() == needed(table) | log | {local(table.metadata_location)}, self.log

    def _scatter(self) -> None:
        """Another writer writes the rows again, a file for each: no row changes."""
        table = self.table(self.chance.choice(TABLES))
        rows = table.scan().to_arrow()
        if rows.num_rows:
            table.delete("window_start is not null")
            half = self.chance.randrange(rows.num_rows)
            for part in (rows.slice(0, half), rows.slice(half)):
                table.append(part)

    def _rewrite(self) -> None:
        rewrite_all(self.table(self.chance.choice(TABLES)))

    def _compact(self) -> None:
        compaction = self.lake.compact(TABLES, run_id=str(uuid.uuid4()))
        assert compaction.exit_code == 0, (compaction, self.log)
        again = self.lake.compact(TABLES, run_id=str(uuid.uuid4()))
        assert {table.status for table in again.tables} == {UpkeepStatus.NOTHING}, self.log

    def _tag(self) -> None:
        timeframe = self.chance.choice(TABLES)
        table = self.table(timeframe)
        snapshots = table.metadata.snapshots
        if snapshots:
            name = f"t{len(self.tags)}"
            picked = self.chance.choice(snapshots).snapshot_id
            table.manage_snapshots().create_tag(picked, name).commit()
            self.tags[timeframe, name] = candles_of(table.scan().use_ref(name).to_arrow())

    def _untag(self) -> None:
        if self.tags:
            timeframe, name = self.chance.choice(sorted(self.tags))
            self.table(timeframe).manage_snapshots().remove_tag(name).commit()
            del self.tags[timeframe, name]


THINGS = (
    *["aggregate"] * 4,
    *["late", "prune", "prune_all", "tag"] * 3,
    *["compact", "scatter"] * 2,
    *["rebuild", "rewrite", "untag", "stray"],
)


@settings(max_examples=HISTORIES, suppress_health_check=list(HealthCheck))
@given(history=st.integers(0, 2**32))
def test_every_history_of_upkeep(new_lake: Callable[..., Lake], nightly: bool, history: int) -> None:
    world = World(new_lake(), random.Random(history))  # noqa: S311 - repeatable
    for _ in range(16 if nightly else 8):
        world.step()
    world._refresh()  # noqa: SLF001
    for timeframe in TABLES:
        world.prove(timeframe)
    request = ValidationRequest(timeframes=TABLES, now=world.now, against_trades=True, deep=True)
    validation = world.lake.validate(request)
    broken = [(table.timeframe, f.invariant) for table in validation.tables for f in table.findings if f.broken]
    emptied = [(timeframe, NOT_BLIND.name) for timeframe in TABLES if not world.history.candles(timeframe)]

    # Of a table that was pruned whole `validate` says that there was nothing to look at.
    assert set(broken) <= set(emptied), (validation, world.log)

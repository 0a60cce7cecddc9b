"""Law: whatever is merged and expired, an import counts as imported as long as it is there, and is taken back whole.

Files that the table tells of are never read again. An import that nobody has merged can be taken back as long as its
snapshot is kept, whatever has expired since; of one that was merged nothing goes, and it is never called gone.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyiceberg.expressions import EqualTo, Reference
from pyiceberg.expressions.literals import literal

from engines.domain.imports import Arrival, ImportRecord, Kind
from engines.domain.interval import EVER, Interval
from engines.domain.orders import MergeRequest, UndoRequest
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, M1, MINUTE
from engines.domain.upkeep import UpkeepStatus
from engines.errors import Refused, UsageError
from engines.lake import Lake
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from tests.empty_tables import with_tables

HISTORIES = max(4, settings().max_examples // 20)
ALWAYS, NEVER = -(10**18), 10**18
NOW = MIDNIGHT + 9 * DAY
HOURS = [day * DAY + minute * MINUTE for day in range(2) for minute in range(60)]
"""An hour of each of two days: files of an hour belong together."""


@dataclass
class Brought:
    """An import, and what became of it.

    Attributes:
        run: The run.
        ids: Ids of its trades, those that others have deleted aside.
        digest: Digest of its file; empty if it told of none.
        snapshot: The snapshot that it made.
        moved: Whether files were merged or written anew while it was there.
        whole: Whether none of its trades was deleted.
        surely: Whether it must count as imported: no trade went from a file that may have had some of its own.
        undone: Whether it was taken back.
    """

    run: str
    ids: set[str]
    digest: str
    snapshot: int
    moved: bool = False
    whole: bool = True
    surely: bool = True
    undone: bool = False


@dataclass
class World:
    """A lake with the 1m table, chance, and what was imported."""

    lake: Lake
    chance: random.Random
    imports: list[Brought] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def step(self) -> None:
        """One thing that happens, and the proof."""
        name = self.chance.choice(THINGS)
        self.log.append(name)
        getattr(self, f"_{name}")()
        self.prove()

    def prove(self) -> None:
        there = [one for one in self.imports if not one.undone]
        told = {one.digest: one for one in there if one.digest}
        found = self.lake.imported_files({one.digest for one in self.imports})
        assert found.items() <= {(digest, one.run) for digest, one in told.items() if one.whole}, self.log
        assert found.keys() >= {digest for digest, one in told.items() if one.surely}, self.log
        assert self._ids() == sorted(each for one in there for each in one.ids), self.log

    def _ids(self) -> list[str]:
        return sorted(self.lake.tables.source().scan().to_arrow()["message_id"].to_pylist())

    def _import(self, *, told: bool = True) -> None:
        number = len(self.imports)
        digest = f"digest{number}" if told else ""
        when = [MIDNIGHT + self.chance.choice(HOURS) for _ in range(self.chance.randrange(1, 4))]
        rows = trades_table([trade(time, f"{number}.{n}") for n, time in enumerate(when)])
        arrival = Arrival(Interval(min(when), max(when) + 1), frozenset({Kind.TRADE}))
        record = ImportRecord(files=(digest,) if told else (), arrivals={("binance", "BTCUSDT"): arrival})
        run = str(uuid.uuid4())
        self.lake.append([rows], run_id=run, record=lambda: record)
        head = self.lake.tables.source().current_snapshot()
        assert head is not None
        self.imports.append(Brought(run, set(rows["message_id"].to_pylist()), digest, head.snapshot_id))

    def _deliver(self) -> None:
        self._import(told=False)

    def _merge(self) -> None:
        merge = self.lake.merge_trades(MergeRequest(times=EVER, run_id=str(uuid.uuid4())))
        if merge.status is UpkeepStatus.DONE:
            for one in self.imports:
                one.moved = True

    def _delete(self) -> None:
        """Another writer deletes a trade; the file's other rows are written anew."""
        if there := [one for one in self.imports if one.ids and not one.undone]:
            chosen = self.chance.choice(there)
            gone = min(chosen.ids)
            self.lake.tables.source().delete(EqualTo(term=Reference("message_id"), value=literal(gone)))
            chosen.ids.remove(gone)
            chosen.moved, chosen.whole, chosen.surely = True, False, False
            for one in self.imports:
                one.surely = one.surely and not one.moved

    def _night(self) -> None:
        request = PruneRequest(
            timeframes=(M1,),
            now=NOW,
            run_id=str(uuid.uuid4()),
            keep_snapshots=self.chance.choice([0, 1, 3]),
            keep_age=self.chance.choice([ALWAYS, ALWAYS, NEVER]),
            candles=False,
        )
        assert self.lake.prune(request).exit_code == 0, self.log
        assert self.lake.compact((M1,), run_id=str(uuid.uuid4())).exit_code == 0, self.log

    def _undo(self) -> None:
        if not self.imports:
            return
        one = self.chance.choice(self.imports)
        kept = self.lake.tables.source().snapshot_by_id(one.snapshot) is not None
        try:
            removal = self.lake.undo(UndoRequest(import_id=one.run, run_id=str(uuid.uuid4())))
        except Refused:
            assert one.moved or one.undone, self.log
        except UsageError:
            assert not kept, self.log
        else:
            done = UpkeepStatus.DONE if one.ids else UpkeepStatus.NOTHING
            assert (removal.status, removal.trades) == (done, len(one.ids)), (one, self.log)
            one.undone = True


THINGS = (*["import", "night"] * 3, *["deliver", "undo", "merge"] * 2, "delete")


@settings(max_examples=HISTORIES, suppress_health_check=list(HealthCheck))
@given(history=st.integers(0, 2**32))
def test_every_history_of_imports(new_lake: Callable[..., Lake], nightly: bool, history: int) -> None:
    lake = with_tables(new_lake(timeframes=(M1,)))
    world = World(lake, random.Random(history))  # noqa: S311 - repeatable
    for _ in range(40 if nightly else 12):
        world.step()

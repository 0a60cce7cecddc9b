"""What is old: which candles may go, and which snapshots."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engines.domain.changes import FileSpan
from engines.domain.interval import Interval, Intervals
from engines.domain.tables import partition_units
from engines.domain.timeframe import D1, DAY, H1, M1, M5, M30, Timeframe

RETENTION = {
    M1: 90 * DAY,
    M5: 180 * DAY,
    M30: 365 * DAY,
    H1: 3 * 365 * DAY,
    D1: 5 * 365 * DAY,
}
"""How long candles are kept, unless the settings say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRequest:
    """One run of `prune`.

    Attributes:
        timeframes: The tables.
        now: The run's clock.
        run_id: Identity of the run.
        retention: Microseconds that candles are kept, by timeframe; a table without one loses none.
        keep_snapshots: So many of the newest snapshots stay.
        keep_age: Snapshots younger than so many microseconds stay too.
        orphans: Delete files that nothing references.
        orphan_age: Unless they are younger than so many microseconds: somebody may be writing them.
        force: Drop candles even where the next coarser table does not cover them.
        dry_run: Plan, and do nothing.
    """

    timeframes: tuple[Timeframe, ...]
    now: int
    run_id: str
    retention: Mapping[Timeframe, int] = field(default_factory=lambda: dict(RETENTION))
    keep_snapshots: int = 10
    keep_age: int = 5 * DAY
    orphans: bool = False
    orphan_age: int = DAY
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What goes of one table's candles.

    Attributes:
        cutoff: Windows that start before this instant go: the start of a partition.
        files: The data files that hold them, and nothing else.
    """

    cutoff: int
    files: tuple[FileSpan, ...]

    @property
    def rows(self) -> int:
        """Candles in them."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Their size."""
        return sum(file.bytes for file in self.files)

    def partitions(self, timeframe: Timeframe) -> int:
        """How many partitions they lie in."""
        return len(partition_units(timeframe, Intervals.of(file.interval for file in self.files)))


def plan_prune(timeframe: Timeframe, files: Sequence[FileSpan], *, retention: int | None, now: int) -> PrunePlan | None:
    """The files that are wholly older than the retention; None where the table is to lose none.

    The cutoff is aligned down to a partition, and further down where a file (another writer's) reaches over it: what
    goes must go without a data file being read.
    """
    if retention is None:
        return None
    cutoff = _partition_start(timeframe, now - retention)
    while straddling := [f.interval.start for f in files if f.interval.start < cutoff < f.interval.end]:
        cutoff = _partition_start(timeframe, min(straddling))
    return PrunePlan(cutoff, tuple(file for file in files if file.interval.end <= cutoff))


def _partition_start(timeframe: Timeframe, instant: int) -> int:
    return partition_units(timeframe, Intervals((Interval(instant, instant + 1),)))[0].start


@dataclass(frozen=True, slots=True)
class SnapshotAge:
    """A snapshot and when it was made, microseconds."""

    snapshot_id: int
    made: int


def expirable(
    snapshots: Sequence[SnapshotAge], protected: Collection[int], *, now: int, keep: int, keep_age: int
) -> list[int]:
    """The snapshots that may go: neither among the newest, nor young, nor protected (tags, branches, watermarks).

    Of snapshots of the same instant the one that is listed last is the newest.
    """
    newest_first = sorted(snapshots, key=lambda s: s.made)[::-1]
    return [s.snapshot_id for s in newest_first[keep:] if s.made < now - keep_age and s.snapshot_id not in protected]

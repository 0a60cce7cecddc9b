"""Retention: which candles may be dropped, and which snapshots may be expired."""

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
"""Default retention of candles by timeframe, microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRequest:
    """The request for a run of `prune`.

    Attributes:
        timeframes: Timeframes of the tables to prune.
        now: The run's clock, microseconds.
        run_id: Id of the run.
        retention: Microseconds that candles are kept, by timeframe; a table without an entry loses none.
        keep_snapshots: Number of the newest snapshots to keep.
        keep_age: Snapshots younger than so many microseconds are kept, too.
        orphans: Delete files that nothing references.
        orphan_age: Keep orphans younger than so many microseconds: a run may still be writing them. Also the age at
            which staging branches count as abandoned.
        candles: Drop candles older than their retention.
        snapshots: Expire snapshots, and delete the files that nothing references then.
        most: Drop candles even if they are more than half of a table, or all of a series.
        spare: Where that would be refused, leave these candles, which is no failure.
        force: That of `most`, and drop candles even if the next coarser table does not cover them.
        dry_run: Only plan, change nothing.
    """

    timeframes: tuple[Timeframe, ...]
    now: int
    run_id: str
    retention: Mapping[Timeframe, int] = field(default_factory=lambda: dict(RETENTION))
    keep_snapshots: int = 10
    keep_age: int = DAY
    orphans: bool = False
    orphan_age: int = DAY
    candles: bool = True
    snapshots: bool = True
    most: bool = False
    spare: bool = False
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """The candles to drop from one table.

    Attributes:
        cutoff: Windows that start before this instant are dropped; it is the start of a partition.
        files: The data files that contain these candles and no others.
        held: Number of candles that the table has before.
    """

    cutoff: int
    files: tuple[FileSpan, ...]
    held: int

    @property
    def rows(self) -> int:
        """Number of candles in the files."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Size of the files."""
        return sum(file.bytes for file in self.files)

    @property
    def most(self) -> bool:
        """Whether these are more than half of the candles."""
        return 2 * self.rows > self.held

    def span(self, timeframe: Timeframe) -> Interval | None:
        """From the start of the first window that is dropped to the end of the last one; None if there is none."""
        if not self.files:
            return None
        span = Intervals.of(file.interval for file in self.files).span
        return Interval(span.start, timeframe.ceil(span.end))

    def partitions(self, timeframe: Timeframe) -> int:
        """Number of partitions that the files belong to."""
        return len(partition_units(timeframe, Intervals.of(file.interval for file in self.files)))


def plan_prune(timeframe: Timeframe, files: Sequence[FileSpan], *, retention: int | None, now: int) -> PrunePlan | None:
    """Plan to drop the files whose candles are all older than the retention; None if the table has no retention.

    The cutoff is moved back to the start of a partition, and further back while a file (of another writer) spans it:
    candles must be droppable without reading or rewriting a data file.
    """
    if retention is None:
        return None
    cutoff = _partition_start(timeframe, now - retention)
    while straddling := [f.interval.start for f in files if f.interval.start < cutoff < f.interval.end]:
        cutoff = _partition_start(timeframe, min(straddling))
    old = tuple(file for file in files if file.interval.end <= cutoff)
    return PrunePlan(cutoff, old, held=sum(file.rows for file in files))


def _partition_start(timeframe: Timeframe, instant: int) -> int:
    return partition_units(timeframe, Intervals((Interval(instant, instant + 1),)))[0].start


@dataclass(frozen=True, slots=True)
class SnapshotAge:
    """A snapshot and its commit time, microseconds."""

    snapshot_id: int
    made: int


def expirable(
    snapshots: Sequence[SnapshotAge], protected: Collection[int], *, now: int, keep: int, keep_age: int
) -> list[int]:
    """Ids of the snapshots that may be expired: neither among the newest, nor young, nor protected.

    Of snapshots with the same commit time, the one that is listed last counts as the newest.

    Args:
        snapshots: All snapshots of the table.
        protected: Ids of snapshots that must stay: those of tags, branches and watermarks.
        now: The run's clock, microseconds.
        keep: Number of the newest snapshots to keep.
        keep_age: Snapshots younger than this are kept, microseconds.
    """
    newest_first = sorted(snapshots, key=lambda s: s.made)[::-1]
    return [s.snapshot_id for s in newest_first[keep:] if s.made < now - keep_age and s.snapshot_id not in protected]

"""The orders that runs give to an engine, and the results that come back."""

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from engines.domain.changes import FileSpan, RemovedTrades, occupied
from engines.domain.findings import Broken, Finding, SourceFindings
from engines.domain.interval import Interval, Intervals
from engines.domain.plan import TablePlan
from engines.domain.results import Origin, Rejected
from engines.domain.timeframe import DAY, Timeframe
from engines.domain.watermark import KEY_RUN

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from engines.iceberg.state import TargetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of a table at a snapshot, and where they are in time.

    Attributes:
        table: The table's handle.
        snapshot_id: The snapshot to read.
        files: Its live data files.
    """

    table: "Table"
    snapshot_id: int
    files: tuple[FileSpan, ...]

    def within(self, intervals: Intervals) -> list[FileSpan]:
        """The files that reach into the intervals."""
        return [file for file in self.files if intervals.overlaps(file.interval.start, file.interval.end)]


def current_rows(table: "Table", column: str) -> Rows | None:
    """The rows of a table as it is now, their times by a column of instants; None where there are none."""
    from engines.iceberg.files import live_files, spans

    head = table.current_snapshot()
    files = tuple(spans(table, live_files(table, head), column))
    return None if head is None or not files else Rows(table=table, snapshot_id=head.snapshot_id, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """What an engine is to do to one table.

    Attributes:
        plan: What is recomputed.
        target: The table as it was seen; commits go through its handle.
        origin: Whether `rows` are trades or candles of the finest timeframe.
        rows: What to read; None where there is nothing to read.
        trades: The source, to ask which series it knows; None where it is empty.
        removed: What to do with candles that have no trades any more.
        now: The run's clock, for created_at and updated_at.
        summary: Keys for the new snapshot's summary.
    """

    plan: TablePlan
    target: "TargetState"
    origin: Origin
    rows: Rows | None
    trades: Rows | None
    removed: RemovedTrades
    now: int
    summary: dict[str, str]

    @property
    def run_id(self) -> str:
        """Identity of the run."""
        return self.summary[KEY_RUN]

    @property
    def adopting(self) -> bool:
        """Whether the candles that are there now are foreign."""
        return self.target.source_uuid is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What an engine did. The fields mean what they mean in `TableRefresh`."""

    snapshot_id: int
    candles_written: int = 0
    candles_removed: int = 0
    trades_read: int = 0
    duplicates: int = 0
    rejected: tuple[Rejected, ...] = ()
    data_files_read: int = 0
    bytes_read: int = 0
    bytes_written: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """The candles of one table to be held against the invariants of rows and, where given, against the 1m candles.

    Attributes:
        timeframe: The table's timeframe.
        rows: Its candles.
        intervals: The times to look at.
        finest: The 1m candles; None where there are none to compare with.
        comparable: The times in which both tables are complete and made of the same trades.
    """

    timeframe: Timeframe
    rows: Rows
    intervals: Intervals
    finest: Rows | None
    comparable: Intervals

    @property
    def whole_windows(self) -> Intervals:
        """What can be compared with the 1m candles: windows that lie wholly within what is comparable."""
        ceil, floor = self.timeframe.ceil, self.timeframe.floor
        return Intervals.of((ceil(r.start), floor(r.end)) for r in self.intervals & self.comparable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a table claims to equal: the trades of a snapshot, in some times.

    Attributes:
        timeframe: The table's timeframe.
        rows: Its candles; None where it has none.
        intervals: Closed, unfrozen, and asked for.
    """

    timeframe: Timeframe
    rows: Rows | None
    intervals: Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputation:
    """Tables that claim to equal the same trades.

    Attributes:
        trades: The trades at the snapshot all of them recorded; None where it was empty.
        claims: The tables.
    """

    trades: Rows | None
    claims: tuple[Claim, ...]

    @property
    def tile(self) -> Timeframe:
        """The shortest days that no window of a claim reaches over: one, or several."""
        return Timeframe(lcm(DAY, *(claim.timeframe.duration for claim in self.claims)))

    @property
    def times(self) -> Intervals:
        """The times in which there is anything to compare: whole tiles, so that no window is cut."""
        held = [self.trades, *(claim.rows for claim in self.claims)]
        there = Intervals.of(interval for rows in held if rows is not None for interval in occupied(rows.files))
        asked = Intervals.of(r for claim in self.claims for r in claim.intervals)
        return there.aligned(self.tile) & asked.aligned(self.tile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """One finding for each claim, in their order, and what there is to say of the trades."""

    findings: tuple[Finding, ...]
    source: SourceFindings


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Candles that are about to go, and the coarser ones that are to stand for them.

    Attributes:
        finer: The candles to go, by their files.
        coarser: The next coarser table; None where it is empty.
        timeframe: Its timeframe.
        intervals: The times that go, as windows of the coarser table.
    """

    finer: Rows
    coarser: Rows | None
    timeframe: Timeframe
    intervals: Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Coarser windows that are missing or do not hold the same trades."""

    windows: int
    examples: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Partitions whose rows are to be written again, each as one file.

    Attributes:
        rows: The table.
        units: The partitions' times.
        run_id: Identity of the run.
    """

    rows: Rows
    units: tuple[Interval, ...]
    run_id: str

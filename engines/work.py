"""The orders that runs give to an engine, and the results that it returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from engines.domain.abilities import Abilities
from engines.domain.changes import FileSpan, occupied
from engines.domain.decimals import Scale
from engines.domain.findings import Broken, Finding, SourceFindings
from engines.domain.identity import Identity
from engines.domain.interval import BEGINNING, Interval, Intervals
from engines.domain.losses import RemovedTrades
from engines.domain.mapping import SourceMapping
from engines.domain.plan import TablePlan
from engines.domain.portions import window_portions
from engines.domain.reading import Reading
from engines.domain.requests import WindowQuery
from engines.domain.results import Origin, Rejected
from engines.domain.timeframe import DAY, Timeframe
from engines.domain.watermark import KEY_RUN

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from engines.iceberg.state import TargetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The rows of data files that a run has just written and still has in memory, so that it need not read them.

    Attributes:
        paths: The files: all of them, and nothing else, is in `rows`.
        rows: Some columns of their rows.
    """

    paths: frozenset[str]
    rows: "pa.Table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a table at a snapshot, with the times of its data files.

    Attributes:
        table: The PyIceberg table.
        snapshot_id: The snapshot to read.
        files: Its live data files, or those of them that matter.
        held: Those of them whose rows are in memory already; None if there are none.
    """

    table: "Table"
    snapshot_id: int
    files: tuple[FileSpan, ...]
    held: Held | None = None

    def within(self, intervals: Intervals) -> list[FileSpan]:
        """The data files that overlap the intervals."""
        return [file for file in self.files if intervals.overlaps(file.interval.start, file.interval.end)]

    def in_memory(self, intervals: Intervals, columns: Sequence[str]) -> "pa.Table | None":
        """A table with these columns of all rows in the intervals, and of others; None if it would have to be read."""
        held = self.held
        if held is None or not held.paths.issuperset(file.path for file in self.within(intervals)):
            return None
        return held.rows if set(columns) <= set(held.rows.column_names) else None

    @property
    def scale(self) -> Scale:
        """Scale of the candles."""
        from engines.iceberg.scale import candle_scale

        return candle_scale(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRows(Rows):
    """The rows of the source table at a snapshot, with what they mean as trades.

    Attributes:
        identity: What a trade is told apart by from others of its series.
        reading: Which of the table's columns are those of a trade, and how they are read.
    """

    identity: Identity
    reading: Reading

    @property
    def scale(self) -> Scale:
        """Scale of the candles that are made from the trades."""
        return self.reading.scale


def trade_rows(
    table: "Table",
    snapshot: "Snapshot",
    identity: Identity,
    mapping: SourceMapping,
    scale: Scale,
    *,
    abilities: Abilities,
) -> TradeRows:
    """The rows of a source table at a snapshot.

    Raises:
        UsageError: The table cannot be read as trades, or not by an engine with these abilities, or its times are not
            all in one unit.
    """
    from engines.iceberg.abilities import refuse_unable
    from engines.iceberg.catalog import catalog_errors
    from engines.iceberg.files import live_files
    from engines.iceberg.source import read_as_trades

    with catalog_errors("manifests of the trades"):
        live = live_files(table, snapshot)
        reading, files = read_as_trades(table, mapping, scale, live)
        refuse_unable(table, snapshot, reading, abilities, live)
    return TradeRows(table=table, snapshot_id=snapshot.snapshot_id, files=files, identity=identity, reading=reading)


def current_rows(table: "Table", column: str) -> Rows | None:
    """The rows of a table's current snapshot, with file times from a column of instants; None if it has no rows."""
    from engines.iceberg.files import live_files, spans

    head = table.current_snapshot()
    files = tuple(spans(table, live_files(table, head), column))
    return None if head is None or not files else Rows(table=table, snapshot_id=head.snapshot_id, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Candles of a stored timeframe that longer windows are merged from.

    Attributes:
        rows: The candle table at a snapshot.
        times: Intervals of the starts of its windows, each a whole number of windows.
    """

    rows: Rows
    times: Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """The order to read candles of any windows, merged from stored ones.

    Attributes:
        query: What is asked for.
        span: From the start of the first window to the end of the last one.
        parts: The candles to merge; together they cover the span, each time once.
        scale: The scale of the candles.
    """

    query: WindowQuery
    span: Interval
    parts: tuple[Part, ...]
    scale: Scale

    @property
    def files(self) -> list[FileSpan]:
        """The data files that are read."""
        return [file for part in self.parts for file in part.rows.within(part.times)]

    def portions(self, most_rows: int) -> tuple[Interval, ...]:
        """The span in whole windows, cut where about so many stored rows lie between two cuts; oldest first."""
        return window_portions(self.query.windows, self.span, self.files, most_rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """The order to rebuild parts of one candle table.

    Attributes:
        plan: The plan: which intervals to recompute.
        target: The table's state as it was read; commits go through its table handle.
        origin: Whether `rows` are trades or candles of the finest timeframe.
        rows: The rows to compute from: `trades`, or candles; None if there are none.
        trades: The trades, which also tell which series the source has; None if it is empty.
        removed: What to do with candles that no longer have trades.
        removed_limit: Number of them that `RemovedTrades.ASK` removes without asking.
        now: The run's clock, microseconds, for created_at and updated_at.
        summary: Keys for the new snapshot's summary.
    """

    plan: TablePlan
    target: "TargetState"
    origin: Origin
    rows: Rows | None
    trades: TradeRows | None
    removed: RemovedTrades
    removed_limit: int
    now: int
    summary: dict[str, str]

    @property
    def run_id(self) -> str:
        """Id of the run."""
        return self.summary[KEY_RUN]

    @property
    def frozen_until(self) -> int:
        """The instant before which candles are frozen."""
        until = self.plan.frozen_until
        return BEGINNING if until is None else until

    @property
    def scale(self) -> Scale:
        """Scale of the candles."""
        from engines.iceberg.scale import candle_scale

        return candle_scale(self.target.table)

    @property
    def adopting(self) -> bool:
        """Whether the existing candles, if any, were made by another writer: we have never written to the table."""
        return self.target.source_uuid is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The result of a rebuild. The fields are those of `TableRefresh`, but for `held`.

    Attributes:
        held: Rows of the files that it has written, if they are few: tables that are made from them need not read them.
    """

    snapshot_id: int
    candles_written: int = 0
    candles_removed: int = 0
    trades_read: int = 0
    duplicates: int = 0
    rejected: tuple[Rejected, ...] = ()
    noted: tuple[Rejected, ...] = ()
    data_files_read: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    held: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """The order to check the candles of one table against the row invariants and, if given, against the 1m candles.

    Attributes:
        timeframe: The table's timeframe.
        rows: The table's candles.
        intervals: The times to check.
        finest: The 1m candles; None if there are none to compare with.
        comparable: The times in which both tables are complete and made from the same trades.
    """

    timeframe: Timeframe
    rows: Rows
    intervals: Intervals
    finest: Rows | None
    comparable: Intervals

    @property
    def whole_windows(self) -> Intervals:
        """The windows that can be compared with the 1m candles: those that lie wholly in the comparable times.

        Where only the 1m candles are, a coarser one is missing.
        """
        ceil, floor = self.timeframe.ceil, self.timeframe.floor
        finest = Intervals() if self.finest is None else occupied(self.finest.files).aligned(self.timeframe)
        return Intervals.of((ceil(r.start), floor(r.end)) for r in (self.intervals | finest) & self.comparable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The claim of a candle table that in some times its candles are exactly those of the trades of a snapshot.

    Attributes:
        timeframe: The table's timeframe.
        rows: The table's candles; None if it has none.
        intervals: The times to compare: closed, not frozen, and asked for.
    """

    timeframe: Timeframe
    rows: Rows | None
    intervals: Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputation:
    """The order to recompute the candles of tables that record the same source snapshot.

    Attributes:
        trades: The trades at that snapshot; None if the source was empty.
        scale: Scale of the candles.
        claims: One claim per table.
    """

    trades: TradeRows | None
    scale: Scale
    claims: tuple[Claim, ...]

    @property
    def tile(self) -> Timeframe:
        """The shortest length of whole days whose boundaries are also window boundaries of all claims."""
        return Timeframe(lcm(DAY, *(claim.timeframe.duration for claim in self.claims)))

    @property
    def times(self) -> Intervals:
        """The times in which there is something to compare, aligned to whole tiles so that no window is cut."""
        held = [self.trades, *(claim.rows for claim in self.claims)]
        there = Intervals.of(interval for rows in held if rows is not None for interval in occupied(rows.files))
        asked = Intervals.of(r for claim in self.claims for r in claim.intervals)
        return there.aligned(self.tile) & asked.aligned(self.tile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """The result of a recomputation: one finding per claim, in order, and the facts about the trades."""

    findings: tuple[Finding, ...]
    source: SourceFindings


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The order to check that a coarser table contains the trades of finer candles that are about to be dropped.

    Attributes:
        finer: The candles to be dropped; `files` lists only theirs.
        coarser: The candles of the next coarser table; None if it does not exist or is empty.
        timeframe: Timeframe of the coarser table.
        intervals: The times to be dropped, aligned to windows of the coarser table.
    """

    finer: Rows
    coarser: Rows | None
    timeframe: Timeframe
    intervals: Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Windows of the coarser table that are missing or do not contain the same trades: their number and examples."""

    windows: int
    examples: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """The order to rewrite partitions, each as one data file.

    Attributes:
        rows: The rows of the table.
        units: The times of the partitions.
        run_id: Id of the run.
    """

    rows: Rows
    units: tuple[Interval, ...]
    run_id: str

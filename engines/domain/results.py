"""Results of the operations on a lake, as immutable values.

Instants are microseconds since the epoch, UTC; prices and volumes do not appear here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from engines.domain.caveats import Caveats
from engines.domain.changes import Change
from engines.domain.failure import Failure, exit_code_of
from engines.domain.interval import NOTHING, Intervals
from engines.domain.timeframe import Timeframe


class Creation(StrEnum):
    """What `create-tables` found or did for a table."""

    CREATED = "created"
    EXISTS = "exists"
    EVOLVED = "evolved"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCreation:
    """The result of `create-tables` for one table.

    Attributes:
        table: Full name.
        timeframe: Timeframe of a candle table; None for the source table.
        status: What was found or done.
        differences: Sentences on what differs from the specification (or did, before it was changed).
    """

    table: str
    timeframe: Timeframe | None
    status: Creation
    differences: tuple[str, ...] = ()


class Status(StrEnum):
    """The outcome of a run of `aggregate` for a table."""

    UPDATED = "updated"
    UP_TO_DATE = "up_to_date"
    PLANNED = "planned"
    FAILED = "failed"


class Origin(StrEnum):
    """What the candles of a run were computed from."""

    TRADES = "trades"
    CANDLES = "candles"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Number of trades that were left out, or that are worth a word, for one reason."""

    reason: str
    count: int


def rejections(counts: Mapping[str, int], *more: Rejected) -> tuple[Rejected, ...]:
    """Convert counts of trades, by reason, to a sorted tuple; those of another such tuple are added."""
    found = Counter(counts)
    for each in more:
        found[each.reason] += each.count
    return tuple(Rejected(reason=reason, count=count) for reason, count in sorted(found.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotChange:
    """The change that one snapshot made to a table, in numbers."""

    snapshot_id: int
    kind: str
    files_added: int
    files_removed: int
    rows_added: int
    rows_removed: int

    @classmethod
    def of(cls, change: Change) -> Self:
        """The numbers of a change."""
        return cls(
            snapshot_id=change.snapshot_id,
            kind=change.kind,
            files_added=len(change.added),
            files_removed=len(change.removed),
            rows_added=sum(file.rows for file in change.added),
            rows_removed=sum(file.rows for file in change.removed),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRefresh:
    """The result of a run of `aggregate` for one candle table; with status planned, what a run would do.

    Attributes:
        table: Full name.
        timeframe: Timeframe of the table.
        status: updated, up_to_date, planned or failed.
        origin: What the candles were computed from.
        reason: Why these intervals were recomputed: first build, new trades, windows closed, requested …
        intervals: The recomputed times, aligned to the timeframe.
        windows: Number of windows in the intervals, for one series.
        changes: The changes of the source since the table's watermark, oldest first.
        others: What others did to the table since our newest snapshot of it, oldest first; its windows are made again.
        beyond_mending: Upper bound of the number of candles before the fence that others changed: these stay so.
        mended: What was missing or damaged among the table's files, and what was done about it; empty if nothing was.
        unknown_before: Whether it was made again, so that nobody can tell what it held that the trades do not give.
        candles_replaced: Number of candles in the data files of the touched partitions, from metadata.
        candles_written: Number of new or changed candles.
        candles_removed: Number of candles that were removed because they no longer have trades.
        trades_read: Number of source rows read, including duplicates and rejected trades.
        duplicates: Number of duplicates that were left out.
        rejected: Number of invalid trades that were left out, by reason.
        noted: Number of trades that count although something about them is worth a word: a side that is not understood,
            a price or quantity that was rounded.
        frozen: Upper bound (from file metadata) of the number of changed trades in frozen windows.
        frozen_until: The end of the last frozen window: candles before it stay as they are; None if none are frozen.
        trades_before: Upper bound (from file metadata) of the number of trades in frozen windows.
        fence_before: The fence before the run; None if there was none.
        data_files_read: Number of data files that candles were made from, of the source or of the finest candles; those
            that the same run has just written need not be read from the disk.
        bytes_read: Size of these files.
        bytes_written: Size of the data files written.
        snapshot_id: The candle table's snapshot after the run; None if it has none.
        source_snapshot_id: The source snapshot up to which the candle table is now complete.
        seconds: Duration in seconds.
        failure: What went wrong, if status is failed.
    """

    table: str
    timeframe: Timeframe
    status: Status
    origin: Origin = Origin.NONE
    reason: str = ""
    intervals: Intervals = NOTHING
    windows: int = 0
    changes: tuple[SnapshotChange, ...] = ()
    others: tuple[SnapshotChange, ...] = ()
    beyond_mending: int = 0
    mended: str = ""
    unknown_before: bool = False
    candles_replaced: int = 0
    candles_written: int = 0
    candles_removed: int = 0
    trades_read: int = 0
    duplicates: int = 0
    rejected: tuple[Rejected, ...] = ()
    noted: tuple[Rejected, ...] = ()
    frozen: int = 0
    frozen_until: int | None = None
    trades_before: int = 0
    fence_before: int | None = None
    data_files_read: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    snapshot_id: int | None = None
    source_snapshot_id: int | None = None
    seconds: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """The result of a run of `aggregate`.

    Attributes:
        source_table: Full name of the source table.
        source_snapshot_id: The pinned source snapshot; None if the source is empty.
        tables: One result per candle table of the request, finest first.
        caveats: What the source leaves to be taken for granted.
    """

    source_table: str
    source_snapshot_id: int | None
    tables: tuple[TableRefresh, ...]
    caveats: Caveats = field(default_factory=Caveats)

    @property
    def exit_code(self) -> int:
        """The exit code of the first table that failed; 0 if none did."""
        return exit_code_of(self.tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatus:
    """The status of one table.

    Attributes:
        table: Full name.
        timeframe: Timeframe of a candle table; None for the source table.
        exists: Whether the table exists; if not, the other fields are empty.
        rows: Number of rows at the current snapshot, from metadata.
        first: Start of the first window, or the first event time of the trades.
        last: End of the last window, or the last event time of the trades.
        source_snapshot_id: The source snapshot of the watermark.
        closed_until: Windows that end at or before this instant are published.
        fence: The instant before which the table is frozen.
        trades_before: Upper bound (from file metadata) of the number of trades in frozen windows.
        others: What others did to the table since our newest snapshot of it, oldest first.
        up_to_date: Whether the watermark is at the source's head.
        lag_trades: Rows added to the source since the watermark, from metadata; None if this is unknown.
        lag_microseconds: How long the oldest publishable window has been waiting to be published; 0 if there is none.
        snapshots: Number of snapshots kept.
        files: Number of live data files.
        bytes: Size of these files.
        metadata_bytes: Size of the metadata file, which every run reads.
    """

    table: str
    timeframe: Timeframe | None
    exists: bool = True
    rows: int = 0
    first: int | None = None
    last: int | None = None
    source_snapshot_id: int | None = None
    closed_until: int | None = None
    fence: int | None = None
    trades_before: int = 0
    others: tuple[SnapshotChange, ...] = ()
    up_to_date: bool | None = None
    lag_trades: int | None = None
    lag_microseconds: int | None = None
    snapshots: int = 0
    files: int = 0
    bytes: int = 0
    metadata_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """The result of appending trades to the source table in one commit."""

    table: str
    rows: int
    snapshot_id: int | None
    data_files: int
    bytes_written: int

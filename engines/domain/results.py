"""What the operations of an engine return: frozen facts, no text for people.

Instants are microseconds since the epoch, UTC; prices and volumes do not appear here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engines.domain.failure import Failure
from engines.domain.interval import NOTHING, Intervals
from engines.domain.timeframe import Timeframe


class Creation(StrEnum):
    """What `create-tables` found or did."""

    CREATED = "created"
    EXISTS = "exists"
    EVOLVED = "evolved"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCreation:
    """One table after `create-tables`.

    Attributes:
        table: Full name.
        timeframe: None for the trades.
        status: What was found or done.
        differences: Sentences: what differs from the specification (or was mended).
    """

    table: str
    timeframe: Timeframe | None
    status: Creation
    differences: tuple[str, ...] = ()


class Status(StrEnum):
    """How a table came out of a run."""

    UPDATED = "updated"
    UP_TO_DATE = "up_to_date"
    PLANNED = "planned"
    FAILED = "failed"


class Origin(StrEnum):
    """What the candles of a run were made from."""

    TRADES = "trades"
    CANDLES = "candles"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Trades left out, by reason."""

    reason: str
    count: int


def rejections(counts: Mapping[str, int]) -> tuple[Rejected, ...]:
    """Trades left out, sorted by reason."""
    return tuple(Rejected(reason=reason, count=count) for reason, count in sorted(counts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotChange:
    """One source snapshot that a plan takes in."""

    snapshot_id: int
    kind: str
    files_added: int
    files_removed: int
    rows_added: int
    rows_removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRefresh:
    """One candle table after (or, planned, before) a run.

    Attributes:
        table: Full name.
        timeframe: Its timeframe.
        status: updated, up_to_date, planned or failed.
        origin: What the candles were made from.
        reason: Why these intervals: first build, new trades, windows closed, requested …
        intervals: What was rebuilt, aligned to the timeframe.
        windows: Windows (of one series) in the intervals.
        changes: The source's snapshots that made them dirty, oldest first.
        candles_replaced: Candles the table holds in the partitions that are touched, from metadata.
        candles_written: New or changed candles.
        candles_removed: Candles that no longer have a trade.
        trades_read: Rows of the source read, duplicates and rejected ones among them.
        duplicates: Copies of a trade left out.
        rejected: Invalid trades left out, by reason.
        frozen: Changed trades (an upper bound from file metadata) that lie before the fence.
        data_files_read: Source data files whose rows were read.
        bytes_read: Their size.
        bytes_written: Size of the data files written.
        snapshot_id: The target's snapshot after the run; None while it has none.
        source_snapshot_id: The source snapshot up to which the target is now complete.
        seconds: How long it took.
        failure: What went wrong, where status is failed.
    """

    table: str
    timeframe: Timeframe
    status: Status
    origin: Origin = Origin.NONE
    reason: str = ""
    intervals: Intervals = NOTHING
    windows: int = 0
    changes: tuple[SnapshotChange, ...] = ()
    candles_replaced: int = 0
    candles_written: int = 0
    candles_removed: int = 0
    trades_read: int = 0
    duplicates: int = 0
    rejected: tuple[Rejected, ...] = ()
    frozen: int = 0
    data_files_read: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    snapshot_id: int | None = None
    source_snapshot_id: int | None = None
    seconds: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """A whole run of `aggregate`: the source it saw, and each table.

    Attributes:
        source_table: Full name of the trades.
        source_snapshot_id: The pinned snapshot; None where the source is empty.
        tables: One per table asked for, finest first.
    """

    source_table: str
    source_snapshot_id: int | None
    tables: tuple[TableRefresh, ...]

    @property
    def exit_code(self) -> int:
        """0, or that of the first table that failed."""
        return next((table.failure.exit_code for table in self.tables if table.failure), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatus:
    """One table as `status` shows it.

    Attributes:
        table: Full name.
        timeframe: None for the trades.
        exists: Whether the table is there; the rest is empty when it is not.
        rows: Rows at the current snapshot, from metadata.
        first: Start of the first window, or the first event time of the trades.
        last: End of the last window, or the last event time of the trades.
        source_snapshot_id: The watermark.
        closed_until: Windows that end at or before this instant are published.
        fence: The instant before which the table is frozen.
        up_to_date: Whether the watermark is the source's head.
        lag_trades: Trades the source gained since the watermark (from metadata); None when it cannot be told.
        lag_microseconds: Since when the oldest window waits that could have been published; 0 where none does.
        snapshots: Number of snapshots kept.
        files: Live data files.
        bytes: Their size.
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
    up_to_date: bool | None = None
    lag_trades: int | None = None
    lag_microseconds: int | None = None
    snapshots: int = 0
    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Trades that were added to the source in one commit."""

    table: str
    rows: int
    snapshot_id: int | None
    data_files: int
    bytes_written: int

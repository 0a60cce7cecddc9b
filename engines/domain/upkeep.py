"""Results of `prune` and `compact`, for each table."""

from dataclasses import dataclass
from enum import StrEnum

from engines.domain.failure import Failure, exit_code_of
from engines.domain.interval import Interval
from engines.domain.timeframe import Timeframe


class UpkeepStatus(StrEnum):
    """The outcome of `prune`, `compact` or `restore` for a table."""

    DONE = "done"
    NOTHING = "nothing"
    PLANNED = "planned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePrune:
    """The result of `prune` for one table; with status planned, what a run would do.

    Attributes:
        table: Full name.
        timeframe: Timeframe of the table.
        status: done, nothing, planned or failed.
        cutoff: Windows that start before this instant are dropped; None if the table has no retention.
        partitions: Number of partitions dropped.
        rows: Number of candles dropped.
        held: Number of candles that the table had before.
        span: The times of the candles dropped; None if there are none.
        files: Number of data files dropped from the table.
        bytes: Size of these data files.
        branches_dropped: Number of stale branches dropped (planned: to be dropped).
        snapshots_expired: Number of snapshots removed from the metadata (planned: to be removed).
        files_deleted: Number of files deleted because only expired snapshots referenced them.
        bytes_freed: Size of these files.
        orphans_deleted: Number of orphans deleted: files that nothing referenced (planned: to be deleted).
        orphan_bytes: Size of the orphans deleted.
        spared: Number of candles that stay, older than the cutoff as they are, since they would not go without consent.
        excess: What keeps the candles from going without consent; empty if nothing does, or with force.
        versions: Number of former versions of its metadata that the table keeps from now on; 0 if that is as it was.
        failure: What went wrong, if status is failed.
    """

    table: str
    timeframe: Timeframe
    status: UpkeepStatus
    cutoff: int | None = None
    partitions: int = 0
    rows: int = 0
    held: int = 0
    span: Interval | None = None
    files: int = 0
    bytes: int = 0
    branches_dropped: int = 0
    snapshots_expired: int = 0
    files_deleted: int = 0
    bytes_freed: int = 0
    orphans_deleted: int = 0
    orphan_bytes: int = 0
    spared: int = 0
    excess: str = ""
    versions: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCompaction:
    """The result of `compact` for one table.

    Attributes:
        table: Full name.
        timeframe: Timeframe of the table; None for trades.
        status: done, nothing or failed.
        partitions: Number of partitions rewritten.
        rows: Number of rows in the table's data files after the run.
        files_before: Number of live data files before the run.
        files_after: Number of live data files after the run.
        bytes_before: Size of the live data files before the run.
        bytes_after: Size of the live data files after the run.
        failure: What went wrong, if status is failed.
    """

    table: str
    timeframe: Timeframe | None
    status: UpkeepStatus
    partitions: int = 0
    rows: int = 0
    files_before: int = 0
    files_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """The request to go back to an older state of candle tables.

    Attributes:
        timeframes: Timeframes of the tables.
        run_id: Id of the run.
        snapshot: The snapshot to go back to, by its id or by the name of a tag or branch.
        before: Without it: go back to what each table was before this instant, microseconds.
        dry_run: Only look, change nothing.
    """

    timeframes: tuple[Timeframe, ...]
    run_id: str
    snapshot: str | None = None
    before: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReturn:
    """The result of going back for one table; with status planned, what a run would do.

    Attributes:
        table: Full name.
        timeframe: Timeframe of the table.
        status: done, nothing, planned or failed.
        left: The snapshot that was the head; None if there was none.
        snapshot_id: The snapshot that is the head now.
        committed: When that one was committed, microseconds.
        fence_left: The fence before.
        fence: The fence of the state that is current now.
        failure: What went wrong, if status is failed.
    """

    table: str
    timeframe: Timeframe
    status: UpkeepStatus
    left: int | None = None
    snapshot_id: int | None = None
    committed: int | None = None
    fence_left: int | None = None
    fence: int | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """The result of going back."""

    tables: tuple[TableReturn, ...]

    @property
    def exit_code(self) -> int:
        """The exit code of the first table that failed; 0 if none did."""
        return exit_code_of(self.tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradesPrune:
    """The result of `prune` for the table of trades; `TablePrune` explains the fields."""

    table: str
    status: UpkeepStatus = UpkeepStatus.NOTHING
    snapshots_expired: int = 0
    files_deleted: int = 0
    bytes_freed: int = 0
    orphans_deleted: int = 0
    orphan_bytes: int = 0
    versions: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """The result of a run of `prune`.

    Attributes:
        tables: The candle tables, finest first.
        trades: The table of trades; None if it was not looked at, since it is not ours or single tables were named.
    """

    tables: tuple[TablePrune, ...]
    trades: TradesPrune | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of the first table that failed; 0 if none did."""
        trades = () if self.trades is None else (self.trades,)
        return exit_code_of((*self.tables, *trades))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compaction:
    """The result of a run of `compact`.

    Attributes:
        tables: The candle tables, finest first.
        trades: The table of trades; None if it was not looked at, since it is not ours or single tables were named.
    """

    tables: tuple[TableCompaction, ...]
    trades: TableCompaction | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of the first table that failed; 0 if none did."""
        trades = () if self.trades is None else (self.trades,)
        return exit_code_of((*self.tables, *trades))

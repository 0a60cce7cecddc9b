"""The reports of `prune` and `compact`."""

from dataclasses import dataclass
from datetime import datetime

from engines.domain.failure import failures_of
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import UpkeepStatus
from engines.errors import Failure
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedTable:
    """A table after `prune`; `engines.domain.upkeep.TablePrune` explains the fields. Trades have no timeframe.

    The candles that go begin at first and end before until; both are None if none go. If the table failed, error is
    the reason in one line, and failure the same in parts.
    """

    table: str
    timeframe: Timeframe | None
    status: UpkeepStatus
    cutoff: datetime | None = None
    partitions: int = 0
    rows: int = 0
    held: int = 0
    first: datetime | None = None
    until: datetime | None = None
    files: int = 0
    bytes: int = 0
    branches_dropped: int = 0
    snapshots_expired: int
    files_deleted: int
    bytes_freed: int
    orphans_deleted: int
    orphan_bytes: int
    spared: int = 0
    excess: str = ""
    versions: int = 0
    error: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport(Report):
    """The result of a run of `prune`, or its plan.

    Attributes:
        now: The time of the run.
        dry_run: Whether nothing was done, so that the tables tell what would be done.
        tables: The candle tables, finest first; then the trades, if there is anything to say of them.
    """

    command = "ohlcv prune"

    now: datetime
    dry_run: bool
    tables: tuple[PrunedTable, ...]

    @property
    def tells_of_work(self) -> bool:
        """Whether the run changed tables; a plan is an answer."""
        return not self.dry_run

    @property
    def pending(self) -> bool:
        """Whether the plan has anything to do."""
        return any(table.status is UpkeepStatus.PLANNED for table in self.tables)

    @property
    def excessive(self) -> int:
        """Number of candles that would go from tables that would lose most of theirs, or all of a series."""
        return sum(table.rows for table in self.tables if table.excess)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures of the tables that failed."""
        return failures_of(self.tables)

    @property
    def rows(self) -> tuple[PrunedTable, ...]:
        """One row per candle table."""
        return self.tables


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactedTable:
    """A table after `compact`; `engines.domain.upkeep.TableCompaction` explains the fields. Trades have no timeframe.

    If the table failed, error is the reason in one line, and failure the same in parts.
    """

    table: str
    timeframe: Timeframe | None
    status: UpkeepStatus
    partitions: int
    rows: int
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    error: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactReport(Report):
    """The result of a run of `compact`.

    Attributes:
        tables: The candle tables, finest first; then the trades, if there is anything to say of them.
    """

    command = "ohlcv compact"

    tables: tuple[CompactedTable, ...]

    @property
    def tells_of_work(self) -> bool:
        """Always true: the report confirms work done."""
        return True

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures of the tables that failed."""
        return failures_of(self.tables)

    @property
    def rows(self) -> tuple[CompactedTable, ...]:
        """One row per candle table."""
        return self.tables

"""`prune` and `compact`: what went, and what was merged."""

from dataclasses import dataclass
from datetime import datetime

from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import TableCompaction, UpkeepStatus
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedTable:
    """A candle table after `prune`; `engines.domain.upkeep.TablePrune` explains the fields."""

    table: str
    timeframe: Timeframe
    status: UpkeepStatus
    cutoff: datetime | None
    partitions: int
    rows: int
    files: int
    bytes: int
    branches_dropped: int
    snapshots_expired: int
    files_deleted: int
    bytes_freed: int
    orphans_deleted: int
    orphan_bytes: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport(Report):
    """A run of `prune`, or its plan.

    Attributes:
        now: The run's clock.
        dry_run: Nothing was done: the tables tell what would be.
        tables: The candle tables, finest first.
    """

    command = "ohlcv prune"

    now: datetime
    dry_run: bool
    tables: tuple[PrunedTable, ...]

    @property
    def pending(self) -> bool:
        """Whether there is anything to do."""
        return any(table.status is UpkeepStatus.PLANNED for table in self.tables)

    @property
    def failures(self) -> tuple[str, ...]:
        """Why tables failed."""
        return tuple(table.error for table in self.tables if table.status is UpkeepStatus.FAILED)

    @property
    def rows(self) -> tuple[PrunedTable, ...]:
        """A row a candle table."""
        return self.tables


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactReport(Report):
    """A run of `compact`."""

    command = "ohlcv compact"

    tables: tuple[TableCompaction, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """Why tables failed."""
        return tuple(table.error for table in self.tables if table.status is UpkeepStatus.FAILED)

    @property
    def rows(self) -> tuple[TableCompaction, ...]:
        """A row a candle table."""
        return self.tables

"""The tables: made, and looked at."""

from dataclasses import dataclass
from datetime import datetime

from engines.domain.results import Creation
from engines.domain.timeframe import Timeframe
from k2cli.language.words import length
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTable:
    """A table after `create-tables`; timeframe is None for the trades."""

    table: str
    timeframe: Timeframe | None
    status: Creation
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTablesReport(Report):
    """The tables after `create-tables`."""

    command = "ohlcv create-tables"

    catalog: str
    tables: tuple[CreatedTable, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """The tables that differ from the specification."""
        return tuple(f"{t.table}: {'; '.join(t.differences)}" for t in self.tables if t.status is Creation.DIFFERS)

    @property
    def rows(self) -> tuple[CreatedTable, ...]:
        """A row a table."""
        return self.tables


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOfTable:
    """A table as `status` shows it; `engines.domain.results.TableStatus` explains the fields.

    The last two tell how far it may be behind, and whether it is further: none where it has no limit.
    """

    table: str
    timeframe: Timeframe | None
    exists: bool
    rows: int
    first: datetime | None
    last: datetime | None
    source_snapshot_id: int | None
    closed_until: datetime | None
    fence: datetime | None
    up_to_date: bool | None
    lag_trades: int | None
    lag_seconds: float | None
    snapshots: int
    files: int
    bytes: int
    max_lag_seconds: float | None = None
    late: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport(Report):
    """The source and the candle tables."""

    command = "ohlcv status"

    now: datetime
    tables: tuple[StatusOfTable, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """The tables that are late."""
        return tuple(_lateness(table) for table in self.tables if table.late)

    @property
    def rows(self) -> tuple[StatusOfTable, ...]:
        """A row a table."""
        return self.tables


def _lateness(table: StatusOfTable) -> str:
    behind, most = length(table.lag_seconds or 0), length(table.max_lag_seconds or 0)
    if not table.exists:
        return f"{table.table} does not exist, and trades wait: run k2 ohlcv create-tables"
    return f"{table.table} is {behind} behind, {most} allowed: run k2 ohlcv aggregate {table.timeframe}"

"""The candle tables: made, brought up to date, looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engines.domain.results import Creation, Origin, SnapshotChange, Status
from engines.domain.timeframe import Timeframe
from k2cli.reports.base import Report
from k2cli.words import length


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
class Source:
    """The trades table as a run saw it."""

    table: str
    snapshot_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregatedTable:
    """A candle table after a run; `engines.domain.results.TableRefresh` explains the fields."""

    table: str
    timeframe: Timeframe
    status: Status
    origin: Origin
    reason: str
    intervals: tuple[tuple[datetime, datetime], ...]
    windows: int
    changes: tuple[SnapshotChange, ...] = ()
    candles_replaced: int = 0
    candles_written: int
    candles_removed: int
    trades_read: int
    duplicates: int
    rejected: dict[str, int]
    frozen: int
    data_files_read: int
    bytes_read: int
    bytes_written: int
    snapshot_id: int | None
    source_snapshot_id: int | None
    seconds: float
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateReport(Report):
    """A run of `aggregate`.

    Attributes:
        now: The run's clock.
        dry_run: Nothing was done: the tables tell what would be.
        source: The trades as the run saw them.
        tables: The candle tables, finest first.
    """

    command = "ohlcv aggregate"

    now: datetime
    dry_run: bool = False
    source: Source
    tables: tuple[AggregatedTable, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """Why tables failed, each reason once."""
        tables: dict[str, list[str]] = {}
        for table in self.tables:
            if table.status is Status.FAILED:
                tables.setdefault(table.error, []).append(table.table)
        return tuple(sentence for error, names in tables.items() for sentence in _failure(error, names))

    @property
    def rows(self) -> tuple[AggregatedTable, ...]:
        """A row a candle table."""
        return self.tables


def _failure(error: str, tables: Sequence[str]) -> Iterator[str]:
    """What failed, and what was not done for that; the engine's sentence often names the table it began with."""
    first, *others = tables
    yield error if first in error else f"{first}: {error}"
    if others:
        yield f"not done for the same reason: {', '.join(others)}"


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

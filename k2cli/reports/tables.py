"""The reports of `create-tables` and `status`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from engines.domain.burden import burdens
from engines.domain.results import Creation, SnapshotChange
from engines.domain.timeframe import Timeframe
from engines.errors import Failure
from k2cli.language.words import duration
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTable:
    """A table after `create-tables`; timeframe is None for the source table."""

    table: str
    timeframe: Timeframe | None
    status: Creation
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTablesReport(Report):
    """The result of `create-tables`: the catalog and its tables."""

    command = "ohlcv create-tables"

    catalog: str
    tables: tuple[CreatedTable, ...]

    @property
    def tells_of_work(self) -> bool:
        """Always true: the report confirms work done."""
        return True

    @property
    def failures(self) -> tuple[Failure, ...]:
        """One failure per table that differs from the specification."""
        return tuple(
            Failure(message=f"{t.table}: {'; '.join(t.differences)}", hint=_way_out(t), exit_code=self.exit_code)
            for t in self.tables
            if t.status is Creation.DIFFERS
        )

    @property
    def rows(self) -> tuple[CreatedTable, ...]:
        """One row per table."""
        return self.tables


def _way_out(table: CreatedTable) -> str:
    if table.timeframe is None:
        return "rename or cast the columns, or name another table: [tables] trades"
    return "k2 ohlcv create-tables --evolve mends what Iceberg's schema evolution allows"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOfTable:
    """A table as `status` shows it; `engines.domain.results.TableStatus` explains the fields.

    max_lag_seconds is how far the table may be behind, late whether it is further behind; both are None if the table
    has no limit.
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
    trades_before: int = 0
    others: tuple[SnapshotChange, ...] = ()
    max_lag_seconds: float | None = None
    late: bool | None = None
    metadata_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport(Report):
    """The result of `status`: the state of the source table and the candle tables at an instant."""

    command = "ohlcv status"

    now: datetime
    tables: tuple[StatusOfTable, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """One failure per late table; only a warning (exit code 0) if lateness does not make the command fail.

        Where upkeep was forgotten, a warning says so.
        """
        late = (_lateness(table, self.exit_code) for table in self.tables if table.late)
        return *late, *(warning for table in self.tables for warning in _burdens(table))

    @property
    def rows(self) -> tuple[StatusOfTable, ...]:
        """One row per table."""
        return self.tables


def _burdens(table: StatusOfTable) -> Iterator[Failure]:
    found = burdens(
        table.table,
        is_source=table.timeframe is None,
        snapshots=table.snapshots,
        metadata_bytes=table.metadata_bytes,
        files=table.files,
        size=table.bytes,
    )
    return (Failure(message=burden.found, hint=f"run {burden.cure}", exit_code=0) for burden in found)


def _lateness(table: StatusOfTable, exit_code: int) -> Failure:
    if not table.exists:
        message, command = f"{table.table} does not exist, and trades wait", "create-tables"
    else:
        behind, most = duration(table.lag_seconds or 0), duration(table.max_lag_seconds or 0)
        message, command = f"{table.table} is {behind} behind, {most} allowed", f"aggregate {table.timeframe}"
    return Failure(message=message, hint=f"run k2 ohlcv {command}", exit_code=exit_code)

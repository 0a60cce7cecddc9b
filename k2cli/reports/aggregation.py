"""What a run of `aggregate` came to, or would."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engines.domain.results import Origin, SnapshotChange, Status
from engines.domain.timeframe import Timeframe
from engines.errors import Failure
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The trades table as a run saw it."""

    table: str
    snapshot_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregatedTable:
    """A candle table after a run; `engines.domain.results.TableRefresh` explains the fields.

    The last two tell what went wrong where the table failed: as one line, and in parts.
    """

    table: str
    timeframe: Timeframe
    status: Status
    origin: Origin
    reason: str
    intervals: tuple[tuple[datetime, datetime], ...]
    windows: int
    changes: tuple[SnapshotChange, ...]
    candles_replaced: int
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
    error: str = ""
    failure: Failure | None = None


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
    def tells_of_work(self) -> bool:
        """Whether something was done; a plan is an answer."""
        return not self.dry_run

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Why tables failed, each reason once."""
        tables: dict[Failure, list[str]] = {}
        for table in self.tables:
            if table.failure is not None:
                tables.setdefault(table.failure, []).append(table.table)
        return tuple(_failure_of(names, failure) for failure, names in tables.items())

    @property
    def rows(self) -> tuple[AggregatedTable, ...]:
        """A row a candle table."""
        return self.tables


def _failure_of(tables: Sequence[str], failure: Failure) -> Failure:
    """What failed, and what was not done for that; the engine's sentence often names the table it began with."""
    first, *others = tables
    message = failure.message if first in failure.message else f"{first}: {failure.message}"
    if others:
        message += f" (not done for the same reason: {', '.join(others)})"
    return replace(failure, message=message)

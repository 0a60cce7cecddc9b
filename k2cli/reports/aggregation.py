"""What a run of `aggregate` came to, or would."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engines.domain.results import Origin, SnapshotChange, Status
from engines.domain.timeframe import Timeframe
from k2cli.reports.base import Report


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

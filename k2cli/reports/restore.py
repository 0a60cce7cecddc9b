"""The report of `restore`."""

from dataclasses import dataclass
from datetime import datetime

from engines.domain.failure import failures_of
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import UpkeepStatus
from engines.errors import Failure
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredTable:
    """A candle table after `restore`.

    Attributes:
        table: Full name.
        timeframe: Timeframe of the table.
        status: done, nothing, planned or failed.
        fence_before: The instant before which the table was frozen; None if it was not.
        fence: The same now: candles before it stay as they are.
        trades_from: The first trade there is: earlier candles cannot be made again. None if an older state is current.
        candles_written: Number of candles that are new or changed.
        candles_removed: Number of candles that went because no trades make them.
        snapshot_before: The snapshot that was current.
        snapshot_id: The snapshot that is current now.
        committed: When that one was committed, where it is an older one.
        mended: What was missing or damaged among the table's files, and what was done about it.
        error: What went wrong in one line, if status is failed; failure is the same in parts.
    """

    table: str
    timeframe: Timeframe
    status: UpkeepStatus
    fence_before: datetime | None = None
    fence: datetime | None = None
    trades_from: datetime | None = None
    candles_written: int = 0
    candles_removed: int = 0
    snapshot_before: int | None = None
    snapshot_id: int | None = None
    committed: datetime | None = None
    mended: str = ""
    error: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport(Report):
    """The result of a run of `restore`, or its plan.

    Attributes:
        now: The time of the run.
        dry_run: Whether nothing was done, so that the tables tell what would be done.
        older: Whether older states are current now, and nothing was made again.
        tables: The candle tables, finest first.
    """

    command = "ohlcv restore"

    now: datetime
    dry_run: bool
    older: bool
    tables: tuple[RestoredTable, ...]

    @property
    def tells_of_work(self) -> bool:
        """Whether the run changed tables; a plan is an answer."""
        return not self.dry_run

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures of the tables that failed."""
        return failures_of(self.tables)

    @property
    def rows(self) -> tuple[RestoredTable, ...]:
        """One row per candle table."""
        return self.tables

"""The report of `aggregate`: the result of a run, or its plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engines.domain.caveats import Caveats
from engines.domain.results import Origin, SnapshotChange, Status
from engines.domain.timeframe import Timeframe, isoformat, to_instant
from engines.errors import Failure
from k2cli.exit_codes import ExitCode
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source table and its snapshot that a run worked on; `engines.domain.caveats` explains the caveats."""

    table: str
    snapshot_id: int | None
    caveats: Caveats = field(default_factory=Caveats)


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregatedTable:
    """A candle table after a run; `engines.domain.results.TableRefresh` explains the fields.

    If the table failed, error is the reason in one line, and failure the same in parts.
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
    frozen_until: datetime | None = None
    data_files_read: int
    bytes_read: int
    bytes_written: int
    snapshot_id: int | None
    source_snapshot_id: int | None
    seconds: float
    noted: dict[str, int] = field(default_factory=dict)
    others: tuple[SnapshotChange, ...] = ()
    beyond_mending: int = 0
    trades_before: int = 0
    mended: str = ""
    unknown_before: bool = False
    error: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateReport(Report):
    """The result of a run of `aggregate`, or its plan.

    Attributes:
        now: The time of the run.
        dry_run: Whether nothing was done, so that the tables tell what would be done.
        source: The source table and its snapshot that the run worked on.
        tables: The candle tables, finest first.
    """

    command = "ohlcv aggregate"

    now: datetime
    dry_run: bool = False
    source: Source
    tables: tuple[AggregatedTable, ...]

    @property
    def tells_of_work(self) -> bool:
        """Whether the run was carried out; a plan is an answer."""
        return not self.dry_run

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The failures of the tables; tables that failed for the same reason share one.

        What others changed or files lost before the fence is one, too: those candles cannot be made again.
        """
        tables: dict[Failure, list[str]] = {}
        for table in self.tables:
            if table.failure is not None:
                tables.setdefault(table.failure, []).append(table.table)
        spoilt = () if self.dry_run else tuple(_spoilt(self.tables))
        return (*(_failure_of(names, failure) for failure, names in tables.items()), *spoilt)

    @property
    def rows(self) -> tuple[AggregatedTable, ...]:
        """One row per candle table."""
        return self.tables


def _spoilt(tables: Sequence[AggregatedTable]) -> Iterator[Failure]:
    for table in tables:
        if table.unknown_before:
            yield _unknown_before(table)
        elif table.beyond_mending:
            yield _beyond_mending(table)


def _unknown_before(table: AggregatedTable) -> Failure:
    return Failure(
        message=f"{table.table}: {table.mended}; it has the candles of all trades there are now. Whether it had others,"
        " as of trades that are gone, or was pruned, nobody can tell",
        hint="a copy of the table's folder may have them; k2 ohlcv prune prunes it again",
        exit_code=ExitCode.VALIDATION_FAILED,
    )


def _beyond_mending(table: AggregatedTable) -> Failure:
    until = "" if table.frozen_until is None else f" before {isoformat(to_instant(table.frozen_until))}"
    snapshots = ", ".join(str(change.snapshot_id) for change in table.others)
    if table.mended:
        what, stay = "files with up to {:,} candles{} are lost", "what was in them is gone, for"
        hint = "a copy of its files may have them"
    else:
        what, stay = "others changed up to {:,} candles{}", "they stay as they are now, for"
        hint = f"see what was done in snapshot {snapshots}; the table as it was before is still in its history"
    return Failure(
        message=f"{table.table}: {what.format(table.beyond_mending, until)}, where the table is"
        f" frozen: {stay} they cannot be made again",
        hint=hint,
        exit_code=ExitCode.VALIDATION_FAILED,
    )


def _failure_of(tables: Sequence[str], failure: Failure) -> Failure:
    """Return a failure whose message names all tables that it stopped.

    The first table is added only if the engine's message does not name it already.
    """
    first, *others = tables
    message = failure.message if first in failure.message else f"{first}: {failure.message}"
    if others:
        message += f" (not done for the same reason: {', '.join(others)})"
    return replace(failure, message=message)

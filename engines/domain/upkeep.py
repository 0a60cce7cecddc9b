"""What `prune` and `compact` did: facts for each table."""

from dataclasses import dataclass
from enum import StrEnum

from engines.domain.failure import Failure
from engines.domain.timeframe import Timeframe


class UpkeepStatus(StrEnum):
    """How a table came out."""

    DONE = "done"
    NOTHING = "nothing"
    PLANNED = "planned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePrune:
    """One table after (or, planned, before) `prune`.

    Attributes:
        table: Full name.
        timeframe: Its timeframe.
        status: done, nothing, planned or failed.
        cutoff: Windows that start before this instant go; None where the table is to lose none.
        partitions: Partitions that go.
        rows: Candles that go.
        files: Data files that hold them.
        bytes: Their size.
        branches_dropped: Branches of runs that were killed (planned: that would be).
        snapshots_expired: Snapshots taken out of the metadata (planned: that would be).
        files_deleted: Files that freed.
        bytes_freed: What they held.
        orphans_deleted: Files nothing referenced, which have left it too (planned: that would).
        orphan_bytes: What those held.
        failure: What went wrong, where status is failed.
    """

    table: str
    timeframe: Timeframe
    status: UpkeepStatus
    cutoff: int | None = None
    partitions: int = 0
    rows: int = 0
    files: int = 0
    bytes: int = 0
    branches_dropped: int = 0
    snapshots_expired: int = 0
    files_deleted: int = 0
    bytes_freed: int = 0
    orphans_deleted: int = 0
    orphan_bytes: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCompaction:
    """One table after `compact`.

    Attributes:
        table: Full name.
        timeframe: Its timeframe.
        status: done, nothing or failed.
        partitions: Partitions that were written again.
        rows: Candles in the table, the same before and after.
        files_before: Live data files before.
        files_after: And after.
        bytes_before: Their size before.
        bytes_after: And after.
        failure: What went wrong, where status is failed.
    """

    table: str
    timeframe: Timeframe
    status: UpkeepStatus
    partitions: int = 0
    rows: int = 0
    files_before: int = 0
    files_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """A whole run of `prune`."""

    tables: tuple[TablePrune, ...]

    @property
    def exit_code(self) -> int:
        """0, or that of the first table that failed."""
        return next((table.failure.exit_code for table in self.tables if table.failure), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compaction:
    """A whole run of `compact`."""

    tables: tuple[TableCompaction, ...]

    @property
    def exit_code(self) -> int:
        """0, or that of the first table that failed."""
        return next((table.failure.exit_code for table in self.tables if table.failure), 0)

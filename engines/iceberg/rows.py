"""The rows of a table at one snapshot: what an engine is told to read."""

from dataclasses import dataclass

from pyiceberg.table import Table

from engines.domain.changes import FileSpan
from engines.domain.interval import Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of a table at a snapshot, and where they are in time.

    Attributes:
        table: The table's handle.
        snapshot_id: The snapshot to read.
        files: Its live data files.
    """

    table: Table
    snapshot_id: int
    files: tuple[FileSpan, ...]

    def within(self, intervals: Intervals) -> list[FileSpan]:
        """The files that reach into the intervals."""
        return [file for file in self.files if intervals.overlaps(file.interval.start, file.interval.end)]

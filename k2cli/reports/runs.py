"""The report of `runs`."""

from dataclasses import dataclass
from datetime import datetime

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run of the past, as its record tells.

    Attributes:
        started: When it began, by the system clock.
        seconds: How long it took.
        command: The command, without ``k2``.
        exit_code: Its exit code.
        said: What it did, or why it failed.
        run_id: Its identity, also in the snapshots that it made.
        engine: The engine; empty if none was needed.
    """

    started: datetime
    seconds: float
    command: str
    exit_code: int
    said: str
    run_id: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsReport(Report):
    """Past runs, newest first.

    Attributes:
        log: Path of the run log.
        runs: The runs.
        unreadable: Number of lines of the log that are no records, among those that were looked at.
    """

    command = "runs"

    log: str
    runs: tuple[PastRun, ...]
    unreadable: int = 0

    @property
    def rows(self) -> tuple[PastRun, ...]:
        """One row per run."""
        return self.runs

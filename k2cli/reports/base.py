"""The base class of all reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engines.errors import Failure, error_of
from k2cli.exit_codes import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Fields that every report has. `k2cli.reports.Run` fills in run_id, engine, seconds and started.

    Attributes:
        command: The command as the user types it, without ``k2``.
        run_id: Identity of the run, also recorded in the snapshots it made and in its log lines.
        engine: Name of the engine that was used; empty if none was needed.
        exit_code: Exit code of the process, set by the job.
        seconds: Duration of the command in seconds.
        started: Start of the command by the system clock, even if the run was given another time as now.
    """

    command: ClassVar[str]

    run_id: str = ""
    engine: str = ""
    exit_code: int = ExitCode.OK
    seconds: float = 0.0
    started: datetime | None = None

    @property
    def rows(self) -> Iterable[object]:
        """The rows of the CSV and NDJSON output."""
        raise NotImplementedError

    @property
    def tells_of_work(self) -> bool:
        """Whether the report only confirms work done, so that ``--quiet`` suppresses it; answers are always written."""
        return False

    @property
    def on_stdout(self) -> bool:
        """Whether the result itself has been written to stdout, so that no report may follow it there."""
        return False

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Failures and warnings of a command that still produced a report; they are written to stderr."""
        return ()

    def raise_for_failures(self) -> None:
        """Raise the first failure that is more than a warning, for callers who want an exception.

        Raises:
            K2Error: The subclass that belongs to the failure's exit code.
        """
        for failure in self.failures:
            if failure.exit_code:
                raise error_of(failure)

"""What every report has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engines.errors import Failure, error_of
from k2cli.exit_codes import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What every report has. Run, engine, seconds and start are filled in by `k2cli.reports.Run`.

    Attributes:
        command: The command as it is typed, without ``k2``.
        run_id: Identity of the run; stands in the snapshots it made and in its log lines.
        engine: The engine that did it; empty where none was needed.
        exit_code: What the process ends with; the job sets it.
        seconds: How long the command took.
        started: When it began, by the machine's clock, whatever time a run was told to take for now.
    """

    command: ClassVar[str]

    run_id: str = ""
    engine: str = ""
    exit_code: int = ExitCode.OK
    seconds: float = 0.0
    started: datetime | None = None

    @property
    def rows(self) -> Iterable[object]:
        """What CSV and NDJSON hold: a row each."""
        raise NotImplementedError

    @property
    def tells_of_work(self) -> bool:
        """Whether it only tells what was done, so that ``--quiet`` leaves it out; an answer is always written."""
        return False

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What did not work although there is a report: for stderr, where a cron job's owner looks."""
        return ()

    def raise_for_failures(self) -> None:
        """Raise the first failure that is more than a warning, for callers who want an exception.

        Raises:
            K2Error: Of the kind that its exit code tells.
        """
        for failure in self.failures:
            if failure.exit_code:
                raise error_of(failure)

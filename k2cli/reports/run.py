"""The run of a command, which completes its report."""

import time
from dataclasses import dataclass, field, replace
from typing import TypeVar

from k2cli.language.times import calendar_time
from k2cli.reports.base import Report

R = TypeVar("R", bound=Report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Identity and start of a run, from which the common fields of its report are filled in.

    Attributes:
        run_id: Identity of the run.
        began: Start of the run by the system clock, in microseconds since the epoch, UTC.
    """

    run_id: str
    began: int
    _started: float = field(default_factory=time.monotonic, repr=False)

    def told(self, report: R, *, engine: str) -> R:
        """Return the report with its common fields filled in; the run is taken to end now.

        Args:
            report: The report that the job returned.
            engine: Name of the engine that was used; empty if none was needed.
        """
        return replace(
            report,
            run_id=self.run_id,
            engine=engine,
            seconds=time.monotonic() - self._started,
            started=calendar_time(self.began),
        )

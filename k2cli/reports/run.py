"""A run as its report tells of it."""

import time
from dataclasses import dataclass, field, replace
from typing import TypeVar

from k2cli.language.times import calendar_time
from k2cli.reports.base import Report

R = TypeVar("R", bound=Report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Identity and beginning of a run, from which its report gets what every report has.

    Attributes:
        run_id: Its identity.
        began: When it began, by the machine's clock, microseconds.
    """

    run_id: str
    began: int
    _started: float = field(default_factory=time.monotonic, repr=False)

    def told(self, report: R, *, engine: str) -> R:
        """The report, complete: the run has ended now.

        Args:
            report: What the job told.
            engine: The engine that did it; empty where none was needed.
        """
        return replace(
            report,
            run_id=self.run_id,
            engine=engine,
            seconds=time.monotonic() - self._started,
            started=calendar_time(self.began),
        )

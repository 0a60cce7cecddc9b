"""The report of `k2 doctor`."""

from dataclasses import dataclass

from engines.domain.checks import Check
from k2cli.reports.base import Report
from k2cli.reports.source import SourceLook


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport(Report):
    """The results of all checks.

    Attributes:
        quick: Whether only the few checks of a health check were made.
        checks: Result of each check; `engines.domain.checks.Check` explains the fields.
        source: How the table of trades is read, and its newest rows; None where it was not looked at.
    """

    command = "doctor"

    quick: bool
    checks: tuple[Check, ...]
    source: SourceLook | None = None

    @property
    def rows(self) -> tuple[Check, ...]:
        """One row per check."""
        return self.checks

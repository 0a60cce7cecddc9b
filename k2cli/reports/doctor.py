"""The report of `k2 doctor`."""

from dataclasses import dataclass

from engines.domain.checks import Check
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport(Report):
    """The results of all checks.

    Attributes:
        quick: Whether only the few checks of a health check were made.
        checks: Result of each check; `engines.domain.checks.Check` explains the fields.
    """

    command = "doctor"

    quick: bool
    checks: tuple[Check, ...]

    @property
    def rows(self) -> tuple[Check, ...]:
        """One row per check."""
        return self.checks

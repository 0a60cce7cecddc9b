"""What `k2 doctor` found."""

from dataclasses import dataclass

from engines.domain.checks import Check
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport(Report):
    """All checks.

    Attributes:
        quick: Whether only a health check's few were made.
        checks: What was found; `engines.domain.checks.Check` explains the fields.
    """

    command = "doctor"

    quick: bool
    checks: tuple[Check, ...]

    @property
    def rows(self) -> tuple[Check, ...]:
        """A row a check."""
        return self.checks

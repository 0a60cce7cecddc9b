"""What `k2 doctor` found."""

from dataclasses import dataclass
from enum import StrEnum

from k2cli.exit_codes import ExitCode
from k2cli.reports.base import Report


class Health(StrEnum):
    """How it stands."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What.
        health: How it stands.
        found: What was found.
        fix: What mends it, to be pasted where that is possible; empty where nothing is to be mended.
        exit_code: What it makes doctor end with: 0 unless it failed.
    """

    name: str
    health: Health
    found: str
    fix: str = ""
    exit_code: int = ExitCode.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport(Report):
    """All checks.

    Attributes:
        quick: Whether only a health check's few were made.
        checks: What was found; `k2cli.doctor.check.Check` explains the fields.
    """

    command = "doctor"

    quick: bool
    checks: tuple[Check, ...]

    @property
    def rows(self) -> tuple[Check, ...]:
        """A row a check."""
        return self.checks

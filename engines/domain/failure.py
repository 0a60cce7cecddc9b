"""An error as a value that results and reports carry; `engines.errors` defines the exceptions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as a value.

    Attributes:
        message: What happened, and where.
        hint: How to fix it; may be empty.
        exit_code: Exit code of the process for this failure; 0 if it is only a warning.
    """

    message: str
    hint: str = ""
    exit_code: int

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class Fallible(Protocol):
    """A result for one table, which may be that it failed."""

    @property
    def failure(self) -> Failure | None:
        """What went wrong, if anything did."""


def failures_of(tables: Iterable[Fallible]) -> tuple[Failure, ...]:
    """The failures of the tables that failed."""
    return tuple(table.failure for table in tables if table.failure)


def exit_code_of(tables: Iterable[Fallible]) -> int:
    """The exit code of the first table that failed; 0 if none did."""
    return next((failure.exit_code for failure in failures_of(tables)), 0)

"""An error as a value that results and reports carry; `engines.errors` defines the exceptions."""

from dataclasses import dataclass


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

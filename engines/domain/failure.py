"""What went wrong, as a value that results and reports carry; `engines.errors` has it as exceptions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong.

    Attributes:
        message: What happened, and where.
        hint: How to fix it; may be empty.
        exit_code: What the process ends with on its account; 0 where it is only a warning.
    """

    message: str
    hint: str = ""
    exit_code: int

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message

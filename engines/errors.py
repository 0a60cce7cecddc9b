"""The errors of this package as one class hierarchy; each class has the exit code of its kind.

K2Error
├── UsageError           2  a command, configuration or data that cannot be worked with
│   ├── CatalogMissing   2  a local catalog that does not exist; `create-tables` would create it
│   ├── TableMissing     2  a table that does not exist; `create-tables` would create it
│   └── Refused          2  an operation that needs the user's explicit consent
├── ValidationFailed     3  candles break an invariant, or data is damaged; nothing was published
├── Conflict             5  another run committed first, or holds the lock: try later
├── Unavailable          6  storage or catalog cannot be reached: try later
└── CommitStateUnknown   7  the answer to a commit was lost, and the catalog does not show whether it succeeded
"""

from typing import ClassVar

from engines.domain.failure import Failure

__all__ = [
    "CatalogMissing",
    "CommitStateUnknown",
    "Conflict",
    "Failure",
    "K2Error",
    "Refused",
    "TableMissing",
    "Unavailable",
    "UsageError",
    "ValidationFailed",
    "error_of",
]


class K2Error(Exception):
    """An error that a user can act on, with a message and a hint.

    Args:
        message: What happened, and where.
        hint: How to fix it; may be empty.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def failure(self) -> Failure:
        """The error as a value for results and reports."""
        return Failure(message=self.message, hint=self.hint, exit_code=self.exit_code)


class UsageError(K2Error):
    """A command, configuration or data that cannot be worked with."""

    exit_code = 2


class CatalogMissing(UsageError):  # noqa: N818 - the state of the world, named as the user sees it
    """The catalog does not exist."""


class TableMissing(UsageError):  # noqa: N818
    """A table does not exist."""

    def __init__(self, table: str) -> None:
        super().__init__(f"table {table} does not exist", hint="run k2 ohlcv create-tables")
        self.table = table


class Refused(UsageError):  # noqa: N818
    """The operation is possible, but needs the user's explicit consent."""


class ValidationFailed(K2Error):  # noqa: N818
    """Data is invalid: candles break an invariant, or a file cannot be read."""

    exit_code = 3


class Conflict(K2Error):  # noqa: N818
    """Another writer committed first, or holds the lock."""

    exit_code = 5


class Unavailable(K2Error):  # noqa: N818
    """The catalog or the storage cannot be reached."""

    exit_code = 6


class CommitStateUnknown(K2Error):  # noqa: N818
    """The answer to a commit was lost, and the catalog does not show whether the commit succeeded."""

    exit_code = 7


def error_of(failure: Failure) -> K2Error:
    """The exception for a failure; its class follows from the failure's exit code."""
    kinds = (UsageError, ValidationFailed, Conflict, Unavailable, CommitStateUnknown)
    kind = next((kind for kind in kinds if kind.exit_code == failure.exit_code), K2Error)
    return kind(failure.message, hint=failure.hint)

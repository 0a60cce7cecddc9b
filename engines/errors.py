"""What can go wrong, as one tree; each class carries the exit code of its kind.

K2Error
├── UsageError           2  the command, the configuration or the data asked for cannot be
│   ├── CatalogMissing   2  a catalog on this machine that `create-tables` would make
│   ├── TableMissing     2  a table that `create-tables` would make
│   └── Refused          2  done by nobody without being asked for: the choice is the user's
├── ValidationFailed     3  an invariant of the candles is broken: nothing was published
├── Conflict             5  another run was faster, or holds the lock: try later
├── Unavailable          6  storage or catalog cannot be reached: try later
└── CommitStateUnknown   7  the answer to a commit was lost, and the catalog does not tell
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
    """Something a user can act on: what happened and where, then how to fix it.

    Args:
        message: What happened, and where.
        hint: What to do about it; may be empty.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def failure(self) -> Failure:
        """The error as a value."""
        return Failure(message=self.message, hint=self.hint, exit_code=self.exit_code)


class UsageError(K2Error):
    """Usage, configuration or data that cannot be worked with."""

    exit_code = 2


class CatalogMissing(UsageError):  # noqa: N818 - the state of the world, named as the user sees it
    """A catalog that is not there."""


class TableMissing(UsageError):  # noqa: N818
    """A table that is not there."""

    def __init__(self, table: str) -> None:
        super().__init__(f"table {table} does not exist", hint="run k2 ohlcv create-tables")
        self.table = table


class Refused(UsageError):  # noqa: N818
    """Possible, but not without the user's explicit word."""


class ValidationFailed(K2Error):  # noqa: N818
    """Candles that break an invariant."""

    exit_code = 3


class Conflict(K2Error):  # noqa: N818
    """Somebody else's commit or lock came first."""

    exit_code = 5


class Unavailable(K2Error):  # noqa: N818
    """The catalog or the storage does not answer."""

    exit_code = 6


class CommitStateUnknown(K2Error):  # noqa: N818
    """A commit was sent, its answer lost, and the catalog cannot say whether it landed."""

    exit_code = 7


def error_of(failure: Failure) -> K2Error:
    """The failure as an exception, of the kind that its exit code tells."""
    kinds = (UsageError, ValidationFailed, Conflict, Unavailable, CommitStateUnknown)
    kind = next((kind for kind in kinds if kind.exit_code == failure.exit_code), K2Error)
    return kind(failure.message, hint=failure.hint)

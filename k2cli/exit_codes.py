"""Exit codes of the commands; cron jobs and flows may rely on their meanings."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes, each with one meaning; the classes in `engines.errors` use the same numbers."""

    OK = 0
    """Done, or nothing to do."""
    BUG = 1
    """A mistake in k2 itself."""
    USAGE = 2
    """The command, configuration or data is invalid, or the request was refused."""
    VALIDATION_FAILED = 3
    """A candle breaks an invariant; nothing was published."""
    PENDING = 4
    """There is something to do (`--dry-run --detailed-exit-code`)."""
    CONFLICT = 5
    """Another run was faster or holds the lock: try later."""
    UNAVAILABLE = 6
    """The storage or the catalog does not answer: try later."""
    COMMIT_UNKNOWN = 7
    """The answer to a commit was lost, and the catalog cannot say whether it landed."""
    INTERRUPTED = 130
    """Ctrl-C."""
    TERMINATED = 143
    """SIGTERM."""

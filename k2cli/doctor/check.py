"""Conversion of errors to failed checks, and of all checks to the exit code of doctor."""

from collections.abc import Iterable

from engines.domain.checks import Check, Health, bad
from engines.errors import K2Error
from k2cli.exit_codes import ExitCode


def failed_by(name: str, error: K2Error, *, fix: str = "check [catalog]: k2 config show --origin") -> Check:
    """A failed check made from an error; `fix` is used if the error has no hint of its own."""
    return bad(name, error.message, fix=error.hint or fix, exit_code=error.exit_code)


def verdict(checks: Iterable[Check]) -> int:
    """The exit code: the smallest of the failed checks; errors to fix have smaller codes than those that may pass."""
    return min((check.exit_code for check in checks if check.health is Health.FAILED), default=ExitCode.OK)

"""How a check says what it found, and what that makes doctor end with."""

from collections.abc import Iterable

from engines.errors import K2Error
from k2cli.exit_codes import ExitCode
from k2cli.reports.doctor import Check, Health


def good(name: str, found: str) -> Check:
    """All is well."""
    return Check(name=name, health=Health.OK, found=found)


def doubtful(name: str, found: str, *, fix: str) -> Check:
    """It runs, but somebody should look."""
    return Check(name=name, health=Health.WARNING, found=found, fix=fix)


def bad(name: str, found: str, *, fix: str, exit_code: int = ExitCode.USAGE) -> Check:
    """It does not run like this; the code is 2 where it takes somebody to mend it."""
    return Check(name=name, health=Health.FAILED, found=found, fix=fix, exit_code=exit_code)


def failed_by(name: str, error: K2Error, *, fix: str = "check [catalog]: k2 config show --origin") -> Check:
    """It does not run, and says itself why, and mostly how to mend it."""
    return bad(name, error.message, fix=error.hint or fix, exit_code=error.exit_code)


def skipped(name: str, why: str) -> Check:
    """It was not looked at."""
    return Check(name=name, health=Health.SKIPPED, found=why)


def verdict(checks: Iterable[Check]) -> int:
    """The exit code: the smallest one of the failed checks, for what must be mended goes before what may pass."""
    return min((check.exit_code for check in checks if check.health is Health.FAILED), default=ExitCode.OK)

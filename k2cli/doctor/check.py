"""How errors become checks, and what all checks make doctor end with."""

from collections.abc import Iterable

from engines.domain.checks import Check, Health, bad
from engines.errors import K2Error
from k2cli.exit_codes import ExitCode


def failed_by(name: str, error: K2Error, *, fix: str = "check [catalog]: k2 config show --origin") -> Check:
    """It does not run, and says itself why, and mostly how to mend it."""
    return bad(name, error.message, fix=error.hint or fix, exit_code=error.exit_code)


def verdict(checks: Iterable[Check]) -> int:
    """The exit code: the smallest one of the failed checks, for what must be mended goes before what may pass."""
    return min((check.exit_code for check in checks if check.health is Health.FAILED), default=ExitCode.OK)

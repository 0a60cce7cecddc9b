"""What a doctor's check has found, held against what every finding must be."""

from collections.abc import Iterable

from engines.domain.checks import Check, Health


def only(checks: Iterable[object]) -> Check:
    """The one finding of a check; what has failed has an exit code, and what is not green a fix."""
    (found,) = checks
    assert isinstance(found, Check)
    assert (found.exit_code != 0) == (found.health is Health.FAILED)
    assert bool(found.fix) == (found.health in {Health.FAILED, Health.WARNING})
    return found

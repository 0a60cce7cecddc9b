"""Named points of a run at which a test may let something happen: a failure, a kill, another run in between.

Idle until one is armed: to pass a point costs one look at an empty mapping.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Point(StrEnum):
    """The moments of a run that matter where it is interrupted.

    Attributes:
        REFRESHING: The table was looked at and the plan is made; the engine is asked to rebuild next.
        COMPACTING: The partitions to merge are known; the engine is asked to rewrite them next.
        WRITTEN: Rows were written into data files that nobody knows yet.
        DROPPING: Prune knows which candles go; it commits next.
        DROPPED: It has committed.
        EXPIRING: Prune knows which snapshots go, and has dropped the branches of killed runs; it commits next.
        EXPIRED: It has committed.
        DELETING: A file that nothing reaches any more is deleted next.
        SWEPT: All files are deleted that only expired snapshots had reached; orphans are next.
        PROBED: The file by which doctor tries the storage is written.
    """

    REFRESHING = "refresh.planned"
    COMPACTING = "compact.planned"
    WRITTEN = "files.written"
    DROPPING = "prune.planned"
    DROPPED = "prune.dropped"
    EXPIRING = "prune.expiring"
    EXPIRED = "prune.expired"
    DELETING = "prune.deleting"
    SWEPT = "prune.swept"
    PROBED = "probe.written"


_armed: dict[Point, Callable[[], object]] = {}


def passing(point: Point) -> None:
    """Let happen what is armed here."""
    if _armed and point in _armed:
        _armed[point]()


@contextmanager
def armed(point: Point, action: Callable[[], object] | BaseException, *, at: int | None = None) -> Iterator[None]:
    """Let something happen whenever a run passes a point, in this process, on any thread.

    Args:
        point: Where.
        action: What: an exception to be raised, or a call; what it raises is the run's.
        at: Only this time of passing, counted from 1; None: each time.

    Raises:
        LookupError: It never happened, and nothing else was raised: the test has tested nothing.
    """
    passed = 0

    def pass_by() -> None:
        nonlocal passed
        passed += 1
        if at not in (None, passed):
            return
        if isinstance(action, BaseException):
            raise action
        action()

    before = _armed.get(point)
    _armed[point] = pass_by
    try:
        yield
    finally:
        del _armed[point]
        if before is not None:
            _armed[point] = before
    if passed < (at or 1):
        raise LookupError(f"{point} was passed {passed} times")

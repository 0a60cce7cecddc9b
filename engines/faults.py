"""Fault injection: named points of a run at which a test can inject a failure, a kill or another run.

Without an armed point, passing one only costs the check of an empty mapping.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Point(StrEnum):
    """Moments of a run at which an interruption matters.

    Attributes:
        REFRESHING: The plan of a table is made; next, the engine rebuilds the table.
        COMPACTING: The partitions to compact are known; next, the engine rewrites them.
        WRITTEN: Rows are written to data files that no snapshot references yet.
        DROPPING: Prune has decided which candles to drop; next, it commits.
        DROPPED: Prune has committed the dropping of candles.
        EXPIRING: Prune has dropped stale branches and decided which snapshots to expire; next, it commits.
        EXPIRED: Prune has committed the expiry of snapshots.
        DELETING: Next, an unreferenced file is deleted.
        SWEPT: All files that only expired snapshots referenced are deleted; orphans are next.
        IMPORTING: The checks of an import allow it; next, its files are committed.
        REMOVING: The data files of trades that an order removes or rewrites are known; next, they are replaced.
        PROBED: Doctor has written the file with which it tests the storage.
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
    IMPORTING = "trades.checked"
    REMOVING = "trades.planned"
    PROBED = "probe.written"


_armed: dict[Point, Callable[[], object]] = {}


def passing(point: Point) -> None:
    """Run the action that is armed at this point, if there is one."""
    if _armed and point in _armed:
        _armed[point]()


@contextmanager
def armed(point: Point, action: Callable[[], object] | BaseException, *, at: int | None = None) -> Iterator[None]:
    """Run an action whenever a run passes a point, in this process, on any thread.

    Args:
        point: The point to arm.
        action: An exception to raise, or a function to call; its exceptions propagate into the run.
        at: Act only when the point is passed for this time, counted from 1; every time if None.

    Raises:
        LookupError: The point was not passed (often enough) and nothing else was raised: the test tests nothing.
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

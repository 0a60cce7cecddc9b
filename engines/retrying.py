"""Again after a conflict: somebody else was faster, so wait a little and look at everything anew."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from engines.domain.requests import Observer
from engines.errors import Conflict

_Result = TypeVar("_Result")
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0
_LONGEST_TOTAL = 90.0
"""Seconds after which no new beginning is made: a locked catalog may already have kept each one waiting."""


def with_retries(
    attempts: int,
    observer: Observer,
    work: Callable[[], _Result],
    *,
    before_again: Callable[[], object] = lambda: None,
) -> _Result:
    """Do the work; after a conflict back off, with jitter, and begin again.

    Args:
        attempts: How often to begin at the most.
        observer: Is told of each new beginning.
        work: What is to be done, from looking on.
        before_again: Done before each new beginning.

    Raises:
        Conflict: Others were faster every time.
    """
    began = time.monotonic()
    for attempt in range(1, attempts):
        try:
            return work()
        except Conflict as conflict:
            if time.monotonic() - began > _LONGEST_TOTAL:
                raise
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)
            observer.said(f"{conflict.message}; starting again ({attempt} of {attempts - 1})")
            time.sleep(random.uniform(wait / 2, wait))  # noqa: S311 - spreads writers, guards nothing
            before_again()
    return work()

"""Retries after a conflict: another writer committed first, so wait a little and start again from the current state."""

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
"""Seconds after which there is no further retry: with a locked catalog, each attempt may already have waited long."""


def with_retries(
    attempts: int,
    observer: Observer,
    work: Callable[[], _Result],
    *,
    before_again: Callable[[], object] = lambda: None,
) -> _Result:
    """Call a function; after a conflict, wait with exponential backoff and jitter, and call it again.

    Args:
        attempts: Maximum number of calls.
        observer: Receives a message before each retry.
        work: The function; it must read the state it depends on by itself.
        before_again: Called before each retry.

    Raises:
        Conflict: Every attempt ended in a conflict, or one did when more than 90 seconds had passed.
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

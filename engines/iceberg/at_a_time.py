"""Carries out work for many items, a few at a time."""

from collections.abc import Callable, Generator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def each(work: Callable[[_Item], _Result], items: Generator[_Item, None, None], at_a_time: int) -> list[_Result]:
    """The results of the work for each item, in the order of the items.

    An item is taken when a thread is free for it, so the items need not fit into memory together. After an error, or
    an interruption, no more items are taken; it is raised when those begun are done.
    """
    if at_a_time == 1:
        return [work(item) for item in items]
    turn = Lock()
    numbered = enumerate(items)
    results: dict[int, _Result] = {}

    def until_none_is_left() -> None:
        while True:
            with turn:
                taken = next(numbered, None)
            if taken is None:
                return
            number, item = taken
            results[number] = work(item)

    with ThreadPoolExecutor(max_workers=at_a_time) as threads:
        running = [threads.submit(until_none_is_left) for _ in range(at_a_time)]
        try:
            done, _ = wait(running, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            with turn:
                items.close()
            raise
    return [results[number] for number in sorted(results)]

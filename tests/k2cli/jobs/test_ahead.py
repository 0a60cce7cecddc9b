"""The next item is made meanwhile; errors come in their turn, and nothing is left open."""

import threading
from collections.abc import Generator

import pytest

from k2cli.jobs.ahead import ahead


def test_the_next_item_is_made_while_the_caller_is_at_one() -> None:
    begun = [threading.Event() for _ in range(3)]

    def items() -> Generator[int, None, None]:
        for number, event in enumerate(begun):
            event.set()
            yield number

    for number in ahead(items()):
        assert number == len(begun) - 1 or begun[number + 1].wait(timeout=60)


def test_what_came_before_an_error_is_handed_on() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        raise ValueError("the second")

    found = ahead(items())

    assert next(found) == 1
    with pytest.raises(ValueError, match="the second"):
        next(found)


def test_the_maker_is_closed_when_the_caller_ends_early() -> None:
    closed = []

    def items() -> Generator[int, None, None]:
        try:
            yield from range(1, 100)
        finally:
            closed.append(True)

    found = ahead(items())
    assert next(found) == 1
    found.close()

    assert closed == [True]

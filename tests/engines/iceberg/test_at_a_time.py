"""Work for many items, a few at a time: results in order, items taken as needed, and an end after an error."""

from collections.abc import Generator
from threading import Barrier

import pytest

from engines.iceberg.at_a_time import each


class _Items:
    """Numbers up to 100, of which is known how many were taken."""

    taken = 0

    def __call__(self) -> Generator[int, None, None]:
        for number in range(100):
            self.taken += 1
            yield number


@pytest.mark.parametrize("at_a_time", [1, 4])
def test_results_are_in_the_order_of_the_items(at_a_time: int) -> None:
    assert each(lambda number: -number, _Items()(), at_a_time) == [-number for number in range(100)]


def test_items_are_worked_on_at_the_same_time() -> None:
    # Each two wait for one another: one thread alone would wait for ever.
    together = Barrier(2, timeout=60)

    each(lambda _: together.wait(), (number for number in range(4)), 2)


def test_items_are_taken_only_when_a_thread_is_free() -> None:
    done: list[int] = []
    under_way: list[int] = []

    def items() -> Generator[int, None, None]:
        for number in range(100):
            under_way.append(number - len(done))
            yield number

    each(done.append, items(), 2)

    assert max(under_way) <= 1


def test_after_an_error_no_more_items_are_taken() -> None:
    items = _Items()

    def fail(number: int) -> None:
        raise ValueError(number)

    with pytest.raises(ValueError, match=r"[01]"):
        each(fail, items(), 2)

    assert items.taken <= 2


def test_an_error_of_the_items_is_raised() -> None:
    def broken() -> Generator[int, None, None]:
        yield 1
        raise ValueError("no second item")

    with pytest.raises(ValueError, match="no second item"):
        each(lambda number: number, broken(), 2)

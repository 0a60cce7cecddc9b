"""Named points: what is armed happens, there and then alone; and a test that armed in vain is told."""

import pytest

from engines.faults import Point, armed, passing


def test_a_point_that_is_not_armed_does_nothing() -> None:
    passing(Point.WRITTEN)


def test_what_is_armed_happens_at_that_point_while_it_is_armed() -> None:
    happened: list[str] = []
    with armed(Point.WRITTEN, lambda: happened.append("written")):
        passing(Point.DELETING)
        passing(Point.WRITTEN)
        passing(Point.WRITTEN)
    passing(Point.WRITTEN)

    assert happened == ["written", "written"]


def test_one_time_of_several() -> None:
    happened: list[str] = []
    with armed(Point.DELETING, lambda: happened.append("second"), at=2):
        for _ in range(3):
            passing(Point.DELETING)

    assert happened == ["second"]


def test_an_exception_is_the_runs_and_leaves_nothing_armed() -> None:
    with pytest.raises(KeyboardInterrupt), armed(Point.WRITTEN, KeyboardInterrupt()):
        passing(Point.WRITTEN)
    passing(Point.WRITTEN)


@pytest.mark.parametrize("at", [None, 1, 2])
def test_to_arm_in_vain_is_an_error(at: int | None) -> None:
    with pytest.raises(LookupError, match=r"files\.written was passed 0 times"), armed(Point.WRITTEN, print, at=at):
        passing(Point.DELETING)

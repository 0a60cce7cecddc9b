"""Prune that is killed, or races: the tables are right at every moment, and another run finishes the work."""

import threading
from typing import TYPE_CHECKING

import pytest

from engines.domain.timeframe import DAY, M1, M5, MINUTE
from engines.domain.upkeep import UpkeepStatus
from engines.errors import Conflict, Unavailable
from engines.faults import Point, armed
from engines.iceberg.maintenance import expirable_snapshots, expire
from engines.iceberg.state import target_state
from engines.testing.arrow import candles_of
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import rewrite_all

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping

CUTOFF = MIDNIGHT + 4 * DAY
ALL_GO = {"keep_snapshots": 1, "keep_age": -(10**18)}
EVERY_ORPHAN = {"orphans": True, "orphan_age": -(10**18)}


class Killed(BaseException):
    """The process is gone."""


MOMENTS = [
    *((point, 1) for point in (Point.DROPPING, Point.DROPPED, Point.EXPIRING, Point.EXPIRED, Point.SWEPT)),
    *((Point.DELETING, file) for file in (1, 2, 4)),
]
"""A point, and which time of passing it."""


class TestKilled:
    """At any point."""

    def prove_whole(self, keeping: "Keeping", seen: list[object]) -> None:
        """The table is the one before or the one after; the tag reads what it read; all that is named is there."""
        fence = target_state(keeping.table()).fence
        assert fence in (None, CUTOFF)
        keeping.prove(fence or 0)
        assert keeping.named() <= keeping.files().keys()
        assert candles_of(keeping.table().scan().use_ref("audit").to_arrow()) == seen

    def prove_repeatable(self, keeping: "Keeping", seen: list[object]) -> None:
        keeping.pruned(**ALL_GO)
        self.prove_whole(keeping, seen)
        keeping.prove(CUTOFF)
        keeping.pruned(**ALL_GO, **EVERY_ORPHAN)
        assert keeping.files().keys() == keeping.named()
        self.prove_whole(keeping, seen)
        keeping.history.append([trade(MIDNIGHT + MINUTE, "late"), trade(CUTOFF + MINUTE, "in time")])
        keeping.history.run(keeping.now, M1, rebuild=True)
        keeping.prove(CUTOFF)

    @pytest.mark.parametrize(("point", "time"), MOMENTS)
    def test_before_and_after_each_step_and_between_two_files(self, filled: "Keeping", point: Point, time: int) -> None:
        seen = self.tagged(filled)
        with armed(point, Killed(), at=time), pytest.raises(Killed):
            filled.prune(**ALL_GO, **EVERY_ORPHAN)
        self.prove_whole(filled, seen)
        self.prove_repeatable(filled, seen)

    def tagged(self, keeping: "Keeping") -> list[object]:
        table = keeping.table()
        table.manage_snapshots().create_tag(table.metadata.snapshots[0].snapshot_id, "audit").commit()
        return list(candles_of(table.scan().use_ref("audit").to_arrow()))


class TestFailing:
    """What was done before a failure is told."""

    def test_a_storage_that_deletes_nothing(self, filled: "Keeping") -> None:
        with armed(Point.DELETING, PermissionError("cannot delete it")):
            prune = filled.prune(**ALL_GO)
        (table,) = prune.tables

        assert (prune.exit_code, table.status) == (Unavailable.exit_code, UpkeepStatus.FAILED)
        assert "cannot delete" in str(table.failure)
        assert (table.rows, table.snapshots_expired > 0, table.files_deleted) == (32, True, 0)
        filled.prove(CUTOFF)

    def test_a_conflict_while_expiring_does_not_forget_what_was_dropped(self, filled: "Keeping") -> None:
        with armed(Point.EXPIRING, Conflict("somebody was faster"), at=1):
            result = filled.pruned(**ALL_GO)

        assert (result.rows, result.files, result.status) == (32, 4, UpkeepStatus.DONE)
        assert result.bytes_freed > result.bytes

    def test_two_that_expire_the_same_snapshots(self, filled: "Keeping") -> None:
        """The other one was faster: PyIceberg knows the snapshots no more and says so by a ValueError."""

        def be_faster() -> None:
            state = target_state(filled.table())
            expire(state.table, expirable_snapshots(state, now=filled.now, keep=1, keep_age=-(10**18)))

        with armed(Point.EXPIRING, be_faster, at=1):
            result = filled.pruned(**ALL_GO)

        assert (result.rows, result.snapshots_expired) == (32, 0)
        assert result.bytes_freed > result.bytes
        filled.prove(CUTOFF)


class TestRacing:
    """Prune and aggregate at the same time."""

    def test_a_table_that_moves_on_before_the_commit_is_looked_at_anew(self, filled: "Keeping") -> None:
        filled.history.append([trade(CUTOFF + MINUTE, "late"), trade(MIDNIGHT + MINUTE, "late")])
        with armed(Point.DROPPING, lambda: filled.history.run(filled.now, M1, M5), at=1):
            result = filled.pruned()

        assert result.rows == 33
        filled.prove(CUTOFF)

    def test_one_that_is_always_beaten_gives_up_with_exit_5(self, filled: "Keeping") -> None:
        filled.lake = filled.reopened(attempts=2)
        with armed(Point.DROPPING, lambda: rewrite_all(filled.table())):
            prune = filled.prune()

        assert (prune.exit_code, prune.tables[0].status) == (5, UpkeepStatus.FAILED)
        filled.prove(0)

    @pytest.mark.parametrize("options", [{}, ALL_GO])
    def test_side_by_side_with_aggregate(self, filled: "Keeping", options: dict[str, int]) -> None:
        """Where snapshots go at once, a reader may lose its files (exit 6: try again); never is a candle wrong."""
        codes: list[int] = []
        for round_ in range(3):
            filled.now += DAY
            filled.history.append(
                [trade(MIDNIGHT + d * DAY + n, f"{round_}.{d}.{n}") for d in range(7 + round_) for n in (1, MINUTE)]
            )
            filled.lake = filled.reopened()

            def aggregate() -> None:
                codes.append(filled.history.aggregate(filled.now, M1, M5).exit_code)

            def prune() -> None:
                codes.append(filled.prune(force=True, **options).exit_code)

            threads = [threading.Thread(target=work) for work in (aggregate, prune)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            filled.history.run(filled.now, M1, M5)

            filled.prove(target_state(filled.table()).fence or 0)
            assert filled.named() <= filled.files().keys()
        assert set(codes) <= ({0, 5} if not options else {0, 5, 6})
        assert filled.pruned(force=True).cutoff == CUTOFF + 3 * DAY
        filled.prove(CUTOFF + 3 * DAY)

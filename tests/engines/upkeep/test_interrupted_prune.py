"""Prune that is killed, or races: the tables are right at every moment, and another run finishes the work."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pyiceberg.io.pyarrow import PyArrowFileIO

from engines.domain.timeframe import DAY, M1, M5, MINUTE
from engines.domain.upkeep import UpkeepStatus
from engines.errors import Conflict, Unavailable
from engines.iceberg import maintenance
from engines.iceberg import publish as publishing
from engines.iceberg.state import target_state
from engines.lake import Lake
from engines.testing.arrow import candles_of
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import rewrite_all
from engines.upkeep import prune as pruning

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping

CUTOFF = MIDNIGHT + 4 * DAY
ALL_GO = {"keep_snapshots": 1, "keep_age": -(10**18)}
EVERY_ORPHAN = {"orphans": True, "orphan_age": -(10**18)}


class Killed(BaseException):
    """The process is gone."""


def kill_at(patch: pytest.MonkeyPatch, step: str, *, after: bool) -> None:
    """The process dies as it begins a step of prune, or when that is just done."""
    original: Callable[..., Any] = getattr(pruning, step)

    def dying(*args: object, **kwargs: object) -> object:
        if after:
            original(*args, **kwargs)
        raise Killed

    patch.setattr(pruning, step, dying)


def kill_at_delete(patch: pytest.MonkeyPatch, number: int) -> None:
    """The process dies when it has deleted so many files."""
    original = PyArrowFileIO.delete
    left = [number]

    def dying(self: PyArrowFileIO, location: str) -> None:
        if not left[0]:
            raise Killed
        left[0] -= 1
        original(self, location)

    patch.setattr(PyArrowFileIO, "delete", dying)


STEPS = [
    (step, after) for step in ("publish", "expire", "reachable", "delete_files", "orphans") for after in (False, True)
]


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

    @pytest.mark.parametrize(("step", "after"), STEPS)
    def test_at_the_beginning_and_the_end_of_each_step(self, filled: "Keeping", step: str, after: bool) -> None:
        seen = self.tagged(filled)
        with pytest.MonkeyPatch.context() as patch:
            kill_at(patch, step, after=after)
            with pytest.raises(Killed):
                filled.prune(**ALL_GO, **EVERY_ORPHAN)
        self.prove_whole(filled, seen)
        self.prove_repeatable(filled, seen)

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_between_two_files(self, filled: "Keeping", number: int) -> None:
        seen = self.tagged(filled)
        with pytest.MonkeyPatch.context() as patch:
            kill_at_delete(patch, number)
            with pytest.raises(Killed):
                filled.prune(**ALL_GO)
        self.prove_whole(filled, seen)
        self.prove_repeatable(filled, seen)

    def tagged(self, keeping: "Keeping") -> list[object]:
        table = keeping.table()
        table.manage_snapshots().create_tag(table.metadata.snapshots[0].snapshot_id, "audit").commit()
        return list(candles_of(table.scan().use_ref("audit").to_arrow()))


class TestFailing:
    """What was done before a failure is told."""

    def test_a_storage_that_deletes_nothing(self, filled: "Keeping", monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(_: PyArrowFileIO, location: str) -> None:
            raise PermissionError(f"cannot delete {location}")

        monkeypatch.setattr(PyArrowFileIO, "delete", denied)
        prune = filled.prune(**ALL_GO)
        (table,) = prune.tables

        assert (prune.exit_code, table.status) == (Unavailable.exit_code, UpkeepStatus.FAILED)
        assert "cannot delete" in str(table.failure)
        assert (table.rows, table.snapshots_expired > 0, table.files_deleted) == (32, True, 0)
        filled.prove(CUTOFF)

    def test_a_conflict_while_expiring_does_not_forget_what_was_dropped(
        self, filled: "Keeping", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = maintenance.expire
        beaten: list[bool] = []

        def beaten_once(*args: Any) -> None:  # noqa: ANN401
            if not beaten:
                beaten.append(True)
                raise Conflict("somebody was faster")
            original(*args)

        monkeypatch.setattr(pruning, "expire", beaten_once)
        result = filled.pruned(**ALL_GO)

        assert beaten
        assert (result.rows, result.files, result.status) == (32, 4, UpkeepStatus.DONE)
        assert result.bytes_freed > result.bytes

    def test_two_that_expire_the_same_snapshots(self, filled: "Keeping", monkeypatch: pytest.MonkeyPatch) -> None:
        """The other one was faster: PyIceberg knows the snapshots no more and says so by a ValueError."""
        original = maintenance.expire
        beaten: list[bool] = []

        def beaten_once(table: Any, ids: list[int]) -> None:  # noqa: ANN401
            if not beaten:
                beaten.append(True)
                original(filled.table(), ids)
            original(table, ids)

        monkeypatch.setattr(pruning, "expire", beaten_once)
        result = filled.pruned(**ALL_GO)

        assert (result.rows, result.snapshots_expired) == (32, 0)
        assert result.bytes_freed > result.bytes
        filled.prove(CUTOFF)


class TestRacing:
    """Prune and aggregate at the same time."""

    def test_a_table_that_moves_on_before_the_commit_is_looked_at_anew(
        self, filled: "Keeping", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled.history.append([trade(CUTOFF + MINUTE, "late"), trade(MIDNIGHT + MINUTE, "late")])
        original = publishing.publish
        beaten: list[bool] = []

        def beaten_once(*args: Any, **kwargs: Any) -> int:  # noqa: ANN401
            if not beaten:
                beaten.append(True)
                filled.history.run(filled.now, M1, M5)
            return original(*args, **kwargs)

        monkeypatch.setattr(pruning, "publish", beaten_once)
        result = filled.pruned()

        assert result.rows == 33
        filled.prove(CUTOFF)

    def test_one_that_is_always_beaten_gives_up_with_exit_5(
        self, filled: "Keeping", new_lake: Callable[..., Lake], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filled.lake = new_lake(namespace=filled.lake.names.namespace, attempts=2)
        original = publishing.publish

        def beaten(*args: Any, **kwargs: Any) -> int:  # noqa: ANN401
            rewrite_all(filled.table())
            return original(*args, **kwargs)

        monkeypatch.setattr(pruning, "publish", beaten)
        prune = filled.prune()

        assert (prune.exit_code, prune.tables[0].status) == (5, UpkeepStatus.FAILED)
        filled.prove(0)

    @pytest.mark.parametrize("options", [{}, ALL_GO])
    def test_side_by_side_with_aggregate(
        self, filled: "Keeping", new_lake: Callable[..., Lake], options: dict[str, int]
    ) -> None:
        """Where snapshots go at once, a reader may lose its files (exit 6: try again); never is a candle wrong."""
        namespace = filled.lake.names.namespace
        codes: list[int] = []
        for round_ in range(3):
            filled.now += DAY
            filled.history.append(
                [trade(MIDNIGHT + d * DAY + n, f"{round_}.{d}.{n}") for d in range(7 + round_) for n in (1, MINUTE)]
            )
            filled.lake = new_lake(namespace=namespace)

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

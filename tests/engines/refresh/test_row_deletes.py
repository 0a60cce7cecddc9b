"""Rows deleted by delete files, and rollbacks: what they cost, and what is refused."""

import pytest

from engines.domain.changes import ChangeKind
from engines.domain.interval import Intervals
from engines.domain.losses import RemovedTrades
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE
from engines.errors import UsageError
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY


def fill(history: History) -> None:
    """An hour is a partition; each has two files: [0, 10] and [20, 30] minutes."""
    for first in (0, 20):
        history.append(
            [trade(MIDNIGHT + h * HOUR + m * MINUTE, f"{h}.{m}") for h in range(5) for m in range(first, first + 11)]
        )
    history.run(NOW)


def test_a_delete_file_that_names_a_data_file_dirties_that_file(history: History) -> None:
    fill(history)
    history.mask(lambda place: place.rank == 2, scoped=True)
    finest, *_ = history.run(NOW, removed=RemovedTrades.RECOMPUTE)

    assert finest.intervals == Intervals.of([(MIDNIGHT + HOUR, MIDNIGHT + HOUR + 11 * MINUTE)])
    history.prove(NOW)


def test_a_delete_file_that_names_none_dirties_its_partition(history: History) -> None:
    fill(history)
    history.mask(lambda place: place.rank == 2, scoped=False)
    finest, *_ = history.run(NOW, removed=RemovedTrades.RECOMPUTE)

    hour, start = HOUR, MIDNIGHT + HOUR
    assert finest.intervals == Intervals.of([(start, start + 11 * MINUTE), (start + 20 * MINUTE, start + 31 * MINUTE)])
    assert finest.intervals.length < hour
    history.prove(NOW)


def test_a_plan_refuses_equality_deletes_as_the_run_would(history: History) -> None:
    fill(history)
    history.delete_by_id("0.0")

    with pytest.raises(UsageError, match="equality deletes") as refused:
        history.aggregate(NOW, dry_run=True)

    assert refused.value.exit_code == 2
    assert "--engine spark" in refused.value.hint


def test_a_rollback_costs_the_windows_it_touches(history: History) -> None:
    fill(history)
    good = history.table.current_snapshot()
    assert good is not None
    history.append([trade(MIDNIGHT + 3 * HOUR + 5 * MINUTE + 1, "bad", price="9999")])
    history.run(NOW)
    history.go_to(good.snapshot_id)
    finest, *_ = history.run(NOW, removed=RemovedTrades.RECOMPUTE, incremental_only=True)

    assert [change.kind for change in finest.changes] == [ChangeKind.ROLLBACK]
    assert finest.windows == 1
    history.prove(NOW)


def test_a_rollback_and_a_new_beginning_from_there(history: History) -> None:
    fill(history)
    good = history.table.current_snapshot()
    assert good is not None
    history.append([trade(MIDNIGHT + 3 * HOUR + 5 * MINUTE + 1, "bad", price="9999")])
    history.run(NOW)
    history.go_to(good.snapshot_id)
    history.append([trade(MIDNIGHT + 4 * HOUR + 5 * MINUTE + 1, "good", price="3")])
    finest, *_ = history.run(NOW, removed=RemovedTrades.RECOMPUTE, incremental_only=True)

    assert finest.windows == 2
    history.prove(NOW)


def test_a_rollback_over_a_row_delete_brings_the_rows_back(history: History) -> None:
    fill(history)
    good = history.table.current_snapshot()
    assert good is not None
    history.mask(lambda place: place.rank == 2)
    history.run(NOW, removed=RemovedTrades.RECOMPUTE)
    history.go_to(good.snapshot_id)
    finest, *_ = history.run(NOW, incremental_only=True)

    assert finest.intervals == Intervals.of([(MIDNIGHT + HOUR, MIDNIGHT + HOUR + 11 * MINUTE)])
    history.prove(NOW)


class TestExpiry:
    """The watermark's snapshot is gone from the source."""

    def test_parents_that_are_still_named_are_enough(self, history: History) -> None:
        fill(history)
        history.append([trade(MIDNIGHT + 1, "late")])
        history.expire(history.versions, like_java=True)
        tables = history.run(NOW, incremental_only=True)

        assert tables[0].windows == 1
        history.prove(NOW)

    def test_an_orphaned_head_is_a_full_rebuild(self, history: History) -> None:
        fill(history)
        history.append([trade(MIDNIGHT + 1, "late")])
        history.append([trade(MIDNIGHT + 2, "late")])
        history.expire(history.versions)

        assert history.aggregate(NOW, incremental_only=True).exit_code == 2
        history.run(NOW)
        history.prove(NOW)

    @pytest.mark.parametrize("like_java", [False, True])
    def test_what_an_empty_source_got_meanwhile_is_taken_in_though_its_snapshots_are_gone(
        self, history: History, like_java: bool
    ) -> None:
        history.run(NOW)
        history.append([trade(MIDNIGHT, "1")])
        history.append([trade(MIDNIGHT + HOUR, "2")])
        history.expire(history.versions, like_java=like_java)
        history.run(NOW)

        history.prove(NOW)

    def test_a_branch_at_the_watermark_keeps_it(self, history: History) -> None:
        fill(history)
        history.name("audit")
        history.append([trade(MIDNIGHT + 1, "late")])
        history.expire(history.versions)
        tables = history.run(NOW, M1)

        assert tables[0].windows == 1
        history.prove(NOW, M1)

"""What a run may be asked for: ranges, lookback, rebuild, no rebuild, a plan only."""

from pathlib import Path

import pytest

from engines.domain.interval import Intervals
from engines.domain.results import Status, TableRefresh
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, H1, HOUR, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY


def fill(history: History) -> None:
    history.append([trade(MIDNIGHT + n * 20 * MINUTE, str(n)) for n in range(72)])
    history.run(NOW)


def locations(history: History) -> list[str]:
    return [history.lake.tables.target(timeframe).metadata_location for timeframe in DEFAULT_TIMEFRAMES]


def intervals(table: TableRefresh) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in table.intervals]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"start": MIDNIGHT + HOUR, "end": MIDNIGHT + 2 * HOUR}, (MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR)),
        ({"start": MIDNIGHT + 90 * MINUTE, "end": MIDNIGHT + 91 * MINUTE}, (MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR)),
        ({"lookback": 10 * MINUTE}, (NOW - HOUR, NOW)),
        ({"start": NOW - 1}, (NOW - HOUR, NOW)),
        ({"end": MIDNIGHT + 1}, (MIDNIGHT, MIDNIGHT + HOUR)),
    ],
    ids=str,
)
def test_a_range_asked_for_is_recomputed_in_whole_windows(
    history: History, asked: dict[str, int], expected: tuple[int, int]
) -> None:
    fill(history)
    (table,) = history.run(NOW, H1, **asked)

    assert intervals(table) == [expected]
    assert table.candles_written == 0
    history.prove(NOW)


def test_a_range_without_trades_or_candles_costs_nothing(history: History) -> None:
    fill(history)
    before = locations(history)
    tables = history.run(NOW, start=MIDNIGHT - 9 * DAY, end=MIDNIGHT - 8 * DAY)

    assert {table.status for table in tables} == {Status.UP_TO_DATE}
    assert locations(history) == before


def test_a_range_that_is_still_open_is_not_published(history: History) -> None:
    history.append([trade(MIDNIGHT + 30 * MINUTE, "1")])
    history.run(MIDNIGHT + 40 * MINUTE, H1, start=MIDNIGHT, rebuild=True)

    assert history.candles(H1) == []


def test_incremental_only_takes_in_changes_and_refuses_a_full_rebuild(history: History) -> None:
    first = history.aggregate(NOW, incremental_only=True)
    fill(history)
    history.append([trade(MIDNIGHT + 1, "late")])
    history.run(NOW, incremental_only=True)
    history.prove(NOW)
    history.replace([trade(MIDNIGHT, "other")])
    replaced = history.aggregate(NOW, incremental_only=True)

    assert (first.exit_code, replaced.exit_code) == (2, 2)
    assert "the source table was replaced" in str(replaced.tables[0].failure)
    assert "without --incremental-only" in str(replaced.tables[0].failure)


class TestDryRun:
    """A plan is what the run then does, and commits nothing."""

    @pytest.mark.parametrize("what", ["first build", "late trades", "deleted rows", "nothing", "closed", "rebuild"])
    def test_the_plan_is_what_the_run_then_does(self, history: History, what: str) -> None:
        options: dict[str, object] = {"rebuild": True} if what == "rebuild" else {}
        if what == "first build":
            history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(20)])
        else:
            fill(history)
        if what == "late trades":
            history.append([trade(MIDNIGHT + 7, "late"), trade(MIDNIGHT + 5 * HOUR, "late")])
        elif what == "deleted rows":
            history.append([trade(MIDNIGHT + 7, "late")])
            history.delete(MIDNIGHT + 7, MIDNIGHT + 8)
        elif what == "closed":
            history.append([trade(NOW + MINUTE, "open")])
            history.run(NOW)
        now = NOW + HOUR if what == "closed" else NOW
        before = locations(history)
        planned = history.aggregate(now, dry_run=True, **options)
        assert locations(history) == before
        done = history.run(now, **options)

        assert planned.exit_code == 0
        idle = [table.status is Status.UP_TO_DATE for table in planned.tables]
        assert all(idle) == (what == "nothing")
        for plan, table in zip(planned.tables, done, strict=True):
            assert plan.status in (Status.PLANNED, Status.UP_TO_DATE)
            assert (plan.intervals, plan.changes, plan.reason) == (table.intervals, table.changes, table.reason)
            assert (plan.windows, plan.frozen, plan.source_snapshot_id) == (
                table.windows,
                table.frozen,
                table.source_snapshot_id,
            )
            assert plan.candles_replaced == table.candles_replaced
        assert [plan.origin for plan in planned.tables] == [table.origin for table in done]
        history.prove(now)

    def test_a_plan_reads_no_data_file(self, history: History) -> None:
        fill(history)
        history.append([trade(MIDNIGHT + 7, "late")])
        for task in history.table.scan().plan_files():
            Path(task.file.file_path.removeprefix("file://")).unlink()
        planned = history.aggregate(NOW, dry_run=True)

        assert planned.exit_code == 0
        assert planned.tables[0].intervals == Intervals.of([(MIDNIGHT, MIDNIGHT + MINUTE)])
        assert planned.tables[0].data_files_read == 2

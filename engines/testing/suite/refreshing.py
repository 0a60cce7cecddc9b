"""Theme: refreshes follow the changes of the source, change nothing else, and commit nothing if nothing is new."""

import pyarrow as pa
import pytest
from pyiceberg.types import StringType

from engines.domain.results import Status
from engines.domain.timeframe import (
    D1,
    DAY,
    DEFAULT_TIMEFRAMES,
    H1,
    HOUR,
    M1,
    M5,
    MINUTE,
    SECOND,
    Timeframe,
    to_datetime,
)
from engines.iceberg.state import target_state
from engines.testing.history import History, everywhere, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, RECOMPUTE, Kit, files, heads, one_file_each, prove, rows, target
from engines.testing.surgery import delete_rows

LATER = NOW + HOUR


def fill(history: History, *timeframes: Timeframe) -> None:
    """Append a trade every two hours of a day, and make the candles (default: 1m)."""
    history.append([trade(MIDNIGHT + n * HOUR, str(n), price=str(n + 1)) for n in range(0, 24, 2)])
    history.prepare(NOW, *(timeframes or (M1,)))


class Refreshing(Kit):
    """Tests of `Engine.aggregate`."""

    def test_a_late_trade_changes_its_candle_and_no_other(self, history: History) -> None:
        fill(history)
        before = rows(history)
        history.append([trade(MIDNIGHT + 4 * HOUR + 1, "late", price="99")])
        (table,) = history.run(LATER, M1)
        after = rows(history)

        assert (table.windows, table.candles_written, table.candles_removed) == (1, 1, 0)
        assert [n for n, row in enumerate(after) if row != before[n]] == [2]
        assert after[2]["created_at"] == before[2]["created_at"] == to_datetime(NOW)
        assert after[2]["updated_at"] == to_datetime(LATER)
        prove(history, M1)

    def test_a_late_trade_leaves_the_rest_of_the_day_of_a_coarser_table(self, history: History) -> None:
        fill(history, M1, H1, D1)
        history.append([trade(MIDNIGHT + 4 * HOUR + 1, "late", price="99"), trade(MIDNIGHT - 1, "before", price="0.1")])
        history.run(LATER, M1, H1, D1)

        prove(history, M1, H1, D1)
        assert one_file_each(history, M1, H1, D1)

    def test_a_correction_takes_the_place_of_what_it_corrects(self, history: History) -> None:
        history.append([trade(MIDNIGHT, "1", price="100", ingestion_timestamp=1)])
        history.prepare(NOW, M1)
        for price, ingestion in (("90", 2), ("80", 1)):
            history.append([trade(MIDNIGHT, "1", price=price, ingestion_timestamp=ingestion)])
        history.run(NOW, M1)

        assert [candle.close for candle in history.candles(M1)] == [90]
        prove(history, M1)

    def test_rows_rewritten_by_copy_on_write_are_followed(self, history: History) -> None:
        fill(history)
        history.overwrite(MIDNIGHT, MIDNIGHT + 3 * HOUR, [trade(MIDNIGHT + n, f"new {n}", price="3") for n in range(3)])
        history.run(NOW, M1, removed=RECOMPUTE)

        prove(history, M1)

    def test_a_rollback_takes_back_what_came_after(self, history: History) -> None:
        fill(history)
        good = history.versions[-1:] or [history.table.metadata.current_snapshot_id or 0]
        history.append([trade(MIDNIGHT + 4 * HOUR + 1, "bad", price="9999"), trade(NOW - MINUTE, "bad too")])
        history.prepare(NOW, M1)
        history.go_to(good[0])
        history.run(NOW, M1, removed=RECOMPUTE)

        prove(history, M1)

    def test_a_source_made_anew_is_a_full_rebuild(self, history: History) -> None:
        fill(history)
        history.replace([trade(MIDNIGHT + n * HOUR, str(n), price="7") for n in range(0, 24, 3)])
        refused = history.aggregate(NOW, M1, incremental_only=True)
        history.run(NOW, M1, removed=RECOMPUTE)

        assert refused.exit_code == 2
        prove(history, M1)

    def test_a_run_without_news_commits_nothing(self, history: History) -> None:
        fill(history, *DEFAULT_TIMEFRAMES)
        before = heads(history)
        statuses = {table.status for now in (NOW, NOW + 1, NOW + 400 * DAY) for table in history.run(now)}

        assert statuses == {Status.UP_TO_DATE}
        assert heads(history) == before

    def test_a_compaction_of_the_source_commits_nothing(self, history: History) -> None:
        fill(history)
        before = rows(history)
        history.compact(everywhere)
        (table,) = history.run(LATER, M1)

        assert (table.status, table.trades_read) == (Status.UP_TO_DATE, 0)
        assert rows(history) == before

    def test_equal_candles_move_the_watermark_and_no_file(self, history: History) -> None:
        fill(history)
        before, written = rows(history), files(history)
        history.append([trade(MIDNIGHT, "0", price="1")])
        (table,) = history.run(LATER, M1)
        mark = target_state(target(history)).watermark

        assert (table.status, table.duplicates) == (Status.UP_TO_DATE, 1)
        assert (rows(history), files(history)) == (before, written)
        assert mark is not None
        assert mark.source_snapshot_id == history.table.metadata.current_snapshot_id
        assert mark.closed_until == LATER

    def test_many_runs_leave_one_file_for_each_day(self, history: History) -> None:
        for n in range(6):
            history.append([trade(MIDNIGHT + n * 4 * HOUR, str(n)), trade(MIDNIGHT + DAY + n * MINUTE, str(n))])
            (history.prepare if n < 4 else history.run)(NOW + DAY, M1)

        assert len(files(history)) == 2
        prove(history, M1, until=NOW + DAY)

    @pytest.mark.parametrize("asked", [{"rebuild": True}, {"start": MIDNIGHT}, {"lookback": DAY}], ids=str)
    def test_what_is_recomputed_on_demand_moves_no_stamp_of_an_equal_candle(
        self, history: History, asked: dict[str, int]
    ) -> None:
        fill(history)
        before = rows(history)
        (table,) = history.run(LATER, M1, **asked)

        assert (table.windows > 0, table.candles_written) == (True, 0)
        assert rows(history) == before

    @pytest.mark.parametrize("asked", [{"rebuild": True}, {"start": MIDNIGHT}], ids=str)
    def test_what_is_recomputed_on_demand_mends_spoilt_candles(self, history: History, asked: dict[str, int]) -> None:
        """Another writer has deleted some candles and duplicated others."""
        fill(history)
        target(history).append(target(history).scan("window_start < '2024-03-01T06:00:00+00:00'").to_arrow())
        target(history).delete("window_start >= '2024-03-01T18:00:00+00:00'")
        history.run(NOW, M1, **asked)

        prove(history, M1)
        assert one_file_each(history)

    def test_a_range_asked_for_is_recomputed_in_whole_windows(self, history: History) -> None:
        fill(history, M1, H1)
        (table,) = history.run(NOW, H1, start=MIDNIGHT + 90 * MINUTE, end=MIDNIGHT + 121 * MINUTE)

        assert [(i.start, i.end) for i in table.intervals] == [(MIDNIGHT + HOUR, MIDNIGHT + 3 * HOUR)]
        prove(history, H1)

    def test_a_dry_run_plans_what_the_run_does_and_commits_nothing(self, history: History) -> None:
        fill(history)
        history.append([trade(MIDNIGHT + 4 * HOUR + 1, "late")])
        before = heads(history)
        (planned,) = history.aggregate(NOW, M1, dry_run=True).tables
        assert heads(history) == before
        (done,) = history.run(NOW, M1)

        assert planned.status is Status.PLANNED
        assert (planned.intervals, planned.origin) == (done.intervals, done.origin)

    def test_a_window_is_published_a_grace_after_its_end(self, history: History) -> None:
        history.append([trade(MIDNIGHT, "1")])
        history.run(MIDNIGHT + MINUTE + 9 * SECOND, M1, grace=10 * SECOND)
        before = history.candles(M1)
        history.run(MIDNIGHT + MINUTE + 10 * SECOND, M1, grace=10 * SECOND)

        assert (before, len(history.candles(M1))) == ([], 1)

    def test_an_open_window_is_published_when_asked_for_and_made_anew_when_it_closes(self, history: History) -> None:
        history.append([trade(MIDNIGHT + 10 * MINUTE, "1")])
        history.run(MIDNIGHT + 11 * MINUTE, M1, M5, H1, include_open=True)
        prove(history, M1, M5, H1, until=NOW)
        history.append([trade(MIDNIGHT + 12 * MINUTE, "2"), trade(MIDNIGHT + 40 * MINUTE, "3")])
        history.run(NOW, M1, M5, H1)

        prove(history, M1, M5, H1)

    def test_a_clock_that_steps_back_takes_no_candle_back(self, history: History) -> None:
        fill(history)
        history.append([trade(MIDNIGHT + 22 * HOUR + 1, "late")])
        history.run(MIDNIGHT + 2 * HOUR, M1)
        mark = target_state(target(history)).watermark

        prove(history, M1)
        assert mark is not None
        assert mark.closed_until == NOW

    def test_a_foreign_column_is_carried_over(self, history: History) -> None:
        """Rows in the same file as a changed candle are rewritten with all their columns."""
        fill(history)
        with target(history).update_schema() as schema:
            schema.add_column("note", StringType())
        some = target(history).scan().to_arrow()
        noted = some.set_column(some.column_names.index("note"), "note", pa.array(["seen"] * some.num_rows))
        target(history).overwrite(noted)
        history.append([trade(MIDNIGHT + 4 * HOUR + 1, "late")])
        history.run(NOW, M1)

        assert sorted(str(row["note"]) for row in rows(history)) == ["None"] + ["seen"] * 11
        prove(history, M1)
        history.prove(NOW, M1)

    @pytest.mark.parametrize("scoped", [True, False])
    def test_candles_that_another_writer_masked_come_back_with_a_rebuild(self, history: History, scoped: bool) -> None:
        fill(history)
        data = [task.file for task in target(history).scan().plan_files()]
        delete_rows(target(history), data, {file.file_path: [0, 3] for file in data}, scoped=scoped)
        assert len(history.candles(M1)) == 10
        history.run(NOW, M1, rebuild=True)

        prove(history, M1)

    def test_an_empty_source_is_nothing_to_do(self, history: History) -> None:
        tables = history.run(NOW)

        assert [rows(history, timeframe) for timeframe in DEFAULT_TIMEFRAMES] == [[]] * 5
        assert {(table.trades_read, table.candles_written) for table in tables} == {(0, 0)}

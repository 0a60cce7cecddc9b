"""Compact: partitions in one file each, the same rows, one commit that is no news to anybody."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyiceberg.table.snapshots import Operation
from pyiceberg.types import StringType

from engines.domain.results import Status
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, M1, MINUTE, Timeframe
from engines.domain.upkeep import TableCompaction, UpkeepStatus
from engines.domain.watermark import KEY_RUN, Watermark
from engines.faults import Point, armed
from engines.iceberg.state import summary, target_state
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import delete_rows, split_files

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping


def day(number: int) -> str:
    return f"2024-03-{1 + number:02}T00:00:00+00:00"


def scatter(keeping: "Keeping", *days: int, pieces: int = 4) -> None:
    """Another writer writes some days again, each as several files."""
    for number in days:
        table = keeping.table()
        within = f"window_start >= '{day(number)}' and window_start < '{day(number + 1)}'"
        tasks = list(table.scan(within).plan_files())
        split_files(table, tasks, -(-sum(task.file.record_count for task in tasks) // pieces))


def compact(keeping: "Keeping", *timeframes: Timeframe) -> TableCompaction:
    compaction = keeping.lake.compact(timeframes or (M1,), run_id="compaction")
    assert compaction.exit_code == 0, compaction
    return compaction.tables[0]


def rows(keeping: "Keeping") -> list[dict[str, Any]]:
    """Every row with its stamps, in the table's order, read by PyIceberg."""
    found: list[dict[str, Any]] = keeping.table().scan().to_arrow().to_pylist()
    return sorted(found, key=lambda r: (r["exchange"], r["symbol"], r["window_start"], r["updated_at"]))


def live(keeping: "Keeping") -> list[tuple[int, int]]:
    """Rows and bytes of each live data file."""
    return [(t.file.record_count, t.file.file_size_in_bytes) for t in keeping.table().scan().plan_files()]


class TestRewrite:
    """What lies in several files is written as one."""

    def test_partitions_of_many_files_become_one_file_each(self, filled: "Keeping") -> None:
        scatter(filled, 1, 3)
        before, files, snapshots = rows(filled), live(filled), len(filled.table().metadata.snapshots)
        result = compact(filled)
        table = filled.table()
        head = table.current_snapshot()

        assert rows(filled) == before
        assert (result.status, result.partitions, result.rows) == (UpkeepStatus.DONE, 2, len(before))
        assert (result.files_before, result.bytes_before) == (len(files), sum(size for _, size in files))
        assert (result.files_after, result.bytes_after) == (6, sum(size for _, size in live(filled)))
        assert sorted(count for count, _ in live(filled)) == [8] * 6
        assert len(table.metadata.snapshots) == snapshots + 1
        assert head is not None
        assert head.summary is not None
        assert head.summary.operation == Operation.REPLACE
        assert summary(head)["total-records"] == str(len(before))

    def test_untouched_partitions_keep_their_files(self, filled: "Keeping") -> None:
        scatter(filled, 1)
        before = {task.file.file_path for task in filled.table().scan().plan_files()}
        compact(filled)

        assert len(before & {task.file.file_path for task in filled.table().scan().plan_files()}) == 5

    def test_rows_that_are_there_twice_stay_twice(self, filled: "Keeping") -> None:
        """Whether they are wrong is not for a compaction to say."""
        filled.table().append(filled.table().scan(f"window_start < '{day(1)}'").to_arrow())
        before = rows(filled)
        compact(filled)

        assert rows(filled) == before
        assert len(before) == 56

    @pytest.mark.parametrize("scoped", [True, False])
    def test_deleted_rows_are_gone_for_good(self, filled: "Keeping", scoped: bool) -> None:
        """And a second compaction does not take the delete files that are left for new ones."""
        files = [task.file for task in filled.table().scan(f"window_start < '{day(2)}'").plan_files()]
        delete_rows(filled.table(), files, {file.file_path: [0, 5] for file in files}, scoped=scoped)
        before = rows(filled)
        result = compact(filled)
        after = filled.table().metadata_location

        assert rows(filled) == before
        assert len(before) == 44
        assert (result.partitions, result.rows) == (2, 44)
        assert compact(filled).status is UpkeepStatus.NOTHING
        assert compact(filled).rows == 44
        assert filled.table().metadata_location == after

    def test_a_partition_without_a_row_left(self, filled: "Keeping") -> None:
        files = [task.file for task in filled.table().scan(f"window_start < '{day(1)}'").plan_files()]
        delete_rows(filled.table(), files, {files[0].file_path: list(range(8))})
        result = compact(filled)

        assert (result.rows, result.files_after) == (40, 5)
        assert len(rows(filled)) == 40

    def test_a_file_over_several_partitions_is_cut(self, filled: "Keeping") -> None:
        table = filled.table()
        some = table.scan(f"window_start < '{day(3)}'").to_arrow()
        table.delete(f"window_start < '{day(3)}'")
        with filled.table().update_spec() as spec:
            spec.remove_field("window_date_day")
        filled.table().append(some)
        with filled.table().update_spec() as spec:
            spec.add_field("window_date", "day", "window_date_day")
        before = rows(filled)
        result = compact(filled)

        assert rows(filled) == before
        assert (result.partitions, result.files_after) == (3, 6)
        assert compact(filled).status is UpkeepStatus.NOTHING

    def test_a_foreign_column_is_carried_over(self, filled: "Keeping") -> None:
        with filled.table().update_schema() as schema:
            schema.add_column("note", StringType())
        some = filled.table().scan(f"window_start < '{day(1)}'").to_arrow()
        noted = some.set_column(some.column_names.index("note"), "note", pa.array(["seen"] * some.num_rows))
        filled.table().append(noted)
        before = sorted(map(str, rows(filled)))
        compact(filled)

        assert sorted(map(str, rows(filled))) == before
        assert before[0].count("seen") + before[1].count("seen") == 1

    @pytest.mark.parametrize("timeframe", list(DEFAULT_TIMEFRAMES))
    def test_every_table(self, filled_all: "Keeping", timeframe: Timeframe) -> None:
        table = filled_all.table(timeframe)
        some = table.scan().to_arrow()
        table.delete("window_start is not null")
        for residue in range(2):
            half = some.take(list(range(residue, some.num_rows, 2)))
            filled_all.table(timeframe).append(half)
        result = compact(filled_all, timeframe)

        assert result.status is UpkeepStatus.DONE
        assert result.files_after == (1 if timeframe == D1 else 6)
        filled_all.prove(0, timeframe)


class TestNothingToDo:
    """Then nothing is committed."""

    def test_our_own_tables(self, filled_all: "Keeping") -> None:
        before = [filled_all.table(t).metadata_location for t in DEFAULT_TIMEFRAMES]
        compaction = filled_all.lake.compact(DEFAULT_TIMEFRAMES, run_id="compaction")

        assert {t.status for t in compaction.tables} == {UpkeepStatus.NOTHING}
        assert [filled_all.table(t).metadata_location for t in DEFAULT_TIMEFRAMES] == before
        assert [t.files_after for t in compaction.tables] == [6, 6, 6, 6, 1]

    def test_empty_tables(self, keeping: "Keeping") -> None:
        assert compact(keeping, *DEFAULT_TIMEFRAMES).status is UpkeepStatus.NOTHING

    def test_after_a_compaction(self, filled: "Keeping") -> None:
        scatter(filled, 0)
        compact(filled)

        assert compact(filled).status is UpkeepStatus.NOTHING


class TestWatermark:
    """A compaction is no new data, and it does not vouch for what another writer wrote."""

    def test_it_is_carried_on_where_the_head_was_ours(self, filled: "Keeping") -> None:
        scatter(filled, 0)
        filled.history.append([trade(MIDNIGHT + 5 * DAY + MINUTE, "late")])
        filled.history.run(filled.now, M1)
        before = target_state(filled.table())
        compact(filled)
        after = target_state(filled.table())

        assert before.head == before.marked
        assert after.head == after.marked
        assert after.watermark == before.watermark
        assert after.head is not None
        assert summary(after.head)[KEY_RUN] == "compaction"

    def test_it_is_not_where_another_writer_has_written_since(self, filled: "Keeping") -> None:
        scatter(filled, 0)
        before = target_state(filled.table())
        compact(filled)
        after = target_state(filled.table())

        assert after.head is not None
        assert Watermark.parse(summary(after.head)) is None
        assert (after.marked, after.watermark) == (before.marked, before.watermark)

    @pytest.mark.parametrize("foreign", [True, False])
    def test_a_run_after_it_finds_nothing_to_do(self, filled: "Keeping", foreign: bool) -> None:
        scatter(filled, 0, 2)
        if not foreign:
            filled.history.append([trade(MIDNIGHT + 5 * DAY + MINUTE, "late")])
            filled.history.run(filled.now, M1)
        compact(filled)
        before = filled.table().metadata_location

        assert filled.history.run(filled.now, M1)[0].status is Status.UP_TO_DATE
        assert filled.table().metadata_location == before
        filled.prove(0)

    def test_the_fence_stays(self, filled: "Keeping") -> None:
        filled.pruned()
        fence = MIDNIGHT + 4 * DAY
        scatter(filled, 5)
        compact(filled)
        assert target_state(filled.table()).fence == fence
        filled.history.append([trade(MIDNIGHT + MINUTE, "late")])
        filled.history.run(filled.now, rebuild=True)

        assert target_state(filled.table()).fence == fence
        filled.prove(fence)

    def test_late_trades_after_it_are_refreshed_as_ever(self, filled: "Keeping") -> None:
        scatter(filled, 0)
        compact(filled)
        filled.history.append([trade(MIDNIGHT + MINUTE, "late"), trade(MIDNIGHT + DAY, "late")])
        filled.history.run(filled.now)
        filled.prove(0, *DEFAULT_TIMEFRAMES)


class TestConflict:
    """Somebody else commits first."""

    def test_it_starts_again(self, filled: "Keeping") -> None:
        scatter(filled, 0)
        before = rows(filled)
        with armed(Point.COMPACTING, lambda: scatter(filled, 1), at=1):
            result = compact(filled)

        assert (result.partitions, result.files_after) == (2, 6)
        assert rows(filled) == before

    def test_it_gives_up_with_exit_5_and_leaves_no_file(self, filled: "Keeping") -> None:
        scatter(filled, 0)
        lake = filled.reopened(attempts=2)
        before = {path for path in filled.files() if path.suffix == ".parquet"}
        with armed(Point.COMPACTING, lambda: filled.table().append(filled.table().scan().to_arrow().slice(0, 0))):
            compaction = lake.compact((M1,), run_id="compaction")

        assert (compaction.exit_code, compaction.tables[0].status) == (5, UpkeepStatus.FAILED)
        assert {path for path in filled.files() if path.suffix == ".parquet"} == before
        filled.prove(0)

    def test_a_rewrite_that_fails_leaves_no_file(self, filled: "Keeping") -> None:
        scatter(filled, 0)
        before = filled.files()
        with armed(Point.WRITTEN, KeyboardInterrupt()), pytest.raises(KeyboardInterrupt):
            compact(filled)

        assert filled.files() == before

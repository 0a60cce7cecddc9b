"""Theme: compaction and pruning."""

import uuid

import pyarrow as pa
import pytest
from pyiceberg.io.pyarrow import schema_to_pyarrow

from engines.domain.results import Status
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, HOUR, M1, M5, MINUTE
from engines.domain.upkeep import Prune, UpkeepStatus
from engines.iceberg.state import target_state
from engines.testing.arrow import candles_of
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import Kit, files, one_file_each, prove, rows, target
from engines.testing.surgery import delete_rows, split_files

END = MIDNIGHT + 3 * DAY
CUTOFF = MIDNIGHT + 2 * DAY


def fill(history: History) -> None:
    """Append a trade every six hours of three days, and make 1m and 5m candles."""
    history.append([trade(MIDNIGHT + n * 6 * HOUR, str(n)) for n in range(12)])
    history.prepare(END, M1, M5)


def scatter(history: History) -> None:
    """Rewrite all rows of the 1m table to files of two rows each, as another writer might."""
    table = target(history)
    split_files(table, list(table.scan().plan_files()), 2)


def compact(history: History) -> UpkeepStatus:
    """Compact the 1m table, assert that it succeeds, and return its status."""
    compaction = history.lake.compact((M1,), run_id=str(uuid.uuid4()))
    assert compaction.exit_code == 0, compaction
    return compaction.tables[0].status


def prune(history: History, **options: bool) -> Prune:
    """Prune the 1m table to a retention of one day."""
    request = PruneRequest(
        timeframes=(M1,),
        now=END,
        run_id=str(uuid.uuid4()),
        retention={M1: DAY},
        **{"most": True} | options,
    )
    return history.lake.prune(request)


class Upkeep(Kit):
    """Tests of `Engine.compact` and `Engine.prune`."""

    def test_scattered_partitions_become_one_file_each_with_the_same_rows(self, history: History) -> None:
        fill(history)
        scatter(history)
        before = rows(history)

        assert compact(history) is UpkeepStatus.DONE
        assert rows(history) == before
        assert len(files(history)) == 3
        assert one_file_each(history)
        assert compact(history) is UpkeepStatus.NOTHING

    def test_rows_that_were_deleted_stay_deleted_and_doubled_ones_doubled(self, history: History) -> None:
        """A compaction does not judge rows; it keeps them as they are."""
        fill(history)
        data = [task.file for task in target(history).scan("window_start < '2024-03-02T00:00:00+00:00'").plan_files()]
        delete_rows(target(history), data, {file.file_path: [0] for file in data})
        target(history).append(target(history).scan("window_start >= '2024-03-03T00:00:00+00:00'").to_arrow())
        before = rows(history)

        assert compact(history) is UpkeepStatus.DONE
        assert rows(history) == before
        assert len(before) == 15

    def test_a_compaction_is_no_news(self, history: History) -> None:
        fill(history)
        scatter(history)
        compact(history)
        head = target(history).metadata_location

        assert {table.status for table in history.run(END, M1)} == {Status.UP_TO_DATE}
        assert target(history).metadata_location == head
        history.append([trade(MIDNIGHT + 1, "late")])
        history.run(END, M1)
        prove(history, M1, until=END)

    def test_what_is_pruned_stays_pruned(self, history: History) -> None:
        fill(history)
        (table,) = prune(history).tables
        assert (table.status, table.rows) == (UpkeepStatus.DONE, 8)
        history.append([trade(MIDNIGHT + 1, "late"), trade(CUTOFF + 1, "in time")])
        (finest,) = history.run(END, M1)
        history.run(END, M1, rebuild=True)

        assert finest.frozen == 1
        assert target_state(target(history)).fence == CUTOFF
        truth = [candle for candle in history.truth(M1, END) if candle.window_start >= CUTOFF]
        assert history.candles(M1) == truth == candles_of(target(history).scan().to_arrow())

    @pytest.mark.parametrize("fault", ["missing", "trade_count", "volume"])
    def test_candles_that_the_coarser_table_does_not_stand_for_are_not_dropped(
        self, history: History, fault: str
    ) -> None:
        fill(history)
        where = "window_start = '2024-03-01T06:00:00+00:00'"
        coarser = target(history, M5)
        (row,) = coarser.scan(where).to_arrow().to_pylist()
        coarser.delete(where)
        if fault != "missing":
            schema = schema_to_pyarrow(coarser.schema(), include_field_ids=False)
            target(history, M5).append(pa.Table.from_pylist([row | {fault: row[fault] * 2}], schema=schema))
        before = rows(history)
        refused = prune(history)

        assert refused.exit_code == 2
        assert "1 windows of 5m" in str(refused.tables[0].failure)
        assert "2024-03-01T06:00:00Z" in str(refused.tables[0].failure)
        assert rows(history) == before
        assert prune(history, force=True).tables[0].rows == 8

    def test_a_window_beyond_the_cutoff_is_not_asked_for(self, history: History) -> None:
        fill(history)
        target(history, M5).delete("window_start >= '2024-03-03T00:00:00+00:00'")

        assert prune(history).tables[0].rows == 8

    def test_trades_of_several_minutes_cover_a_coarser_window(self, history: History) -> None:
        history.append([trade(MIDNIGHT + n * MINUTE, str(n), quantity="0.1") for n in range(10)])
        history.prepare(END, M1, M5)

        assert prune(history).tables[0].rows == 10

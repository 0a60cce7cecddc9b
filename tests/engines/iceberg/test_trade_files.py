"""Trades as they are put into files: by day, and apart where their times are apart."""

from collections.abc import Callable

import pytest

from engines.domain.results import Creation
from engines.domain.tables import TradesPartition
from engines.domain.timeframe import DAY, HOUR, M1, MINUTE
from engines.iceberg.files import live_files
from engines.lake import Lake
from engines.testing.arrow import trades_table
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 2 * DAY


def appended(lake: Lake, *times: int) -> int:
    """Append a trade for each time in one commit, and return the number of files that there are then."""
    lake.append([trades_table([trade(time, str(time)) for time in times])], run_id="r")
    table = lake.tables.source()
    return len(live_files(table, table.current_snapshot()))


@pytest.mark.parametrize(
    ("partition", "files"),
    [(None, 3), (TradesPartition.DAY, 3), (TradesPartition.HOUR, 4), (TradesPartition.MONTH, 2)],
)
def test_files_of_each_partitioning(
    new_lake: Callable[..., Lake], partition: TradesPartition | None, files: int
) -> None:
    lake = new_lake()
    lake.create_tables(with_trades=True, partition_by=partition)
    day = MIDNIGHT + 40 * DAY

    assert appended(lake, MIDNIGHT + HOUR, MIDNIGHT, MIDNIGHT + 23 * HOUR, MIDNIGHT + DAY) == files
    assert appended(lake, day, day + HOUR) == files + (2 if partition is TradesPartition.HOUR else 1)


def test_a_commit_of_two_times_of_a_day_is_a_plan_of_two_minutes(new_lake: Callable[..., Lake]) -> None:
    lake = new_lake()
    lake.create_tables(with_trades=True)
    appended(lake, MIDNIGHT + 8 * HOUR, MIDNIGHT)
    History(lake).run(NOW, M1)
    appended(lake, MIDNIGHT + 8 * HOUR + 1, MIDNIGHT + 1, MIDNIGHT + 8 * HOUR + 2)
    history = History(lake)
    (finest,) = history.run(NOW, M1)

    assert finest.windows == 2
    assert finest.intervals.length == 2 * MINUTE
    history.prove(NOW, M1)


def test_a_table_that_is_there_keeps_its_partitioning_and_another_one_is_not_taken_for_done(
    new_lake: Callable[..., Lake],
) -> None:
    lake = new_lake()
    lake.create_tables(with_trades=True, partition_by=TradesPartition.HOUR)
    made = [lake.create_tables(with_trades=True, partition_by=by)[0] for by in (None, *TradesPartition)]

    assert [table.status for table in made] == [
        Creation.EXISTS,
        Creation.DIFFERS,
        Creation.EXISTS,
        Creation.DIFFERS,
    ]
    assert "identity(exchange_date), identity(exchange_hour)" in made[1].differences[0]

"""Candles that a run has just written are handed on to the tables that are made from them, not read again."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

from engines.domain.interval import Intervals
from engines.domain.limits import Limits
from engines.domain.tables import TradesPartition
from engines.domain.timeframe import DAY, HOUR, M1
from engines.embedded.rollup import MERGED
from engines.lake import Lake
from engines.polars.engine import PolarsEngine
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.work import Rows

NOW = MIDNIGHT + 2 * DAY


@pytest.fixture
def merged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For each time that finer candles are read to be merged: the number of their files."""
    found: list[int] = []
    read = PolarsEngine.rows

    def rows(
        self: PolarsEngine, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None
    ) -> pa.Table:
        if columns == MERGED and intervals is not None:
            found.append(len(table.within(intervals)))
        return read(self, table, column, intervals, columns)

    monkeypatch.setattr(PolarsEngine, "rows", rows)
    return found


def begun(lake: Lake) -> History:
    lake.create_tables(with_trades=True, partition_by=TradesPartition.HOUR)
    return History(lake)


def fill(history: History) -> None:
    """Two days of trades, and their candles."""
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(48)])
    history.run(NOW)


def late(history: History, day: int) -> None:
    history.append([trade(MIDNIGHT + day * DAY + 90, f"late {day}")])


def test_a_first_build_reads_no_candles(history: History, merged: list[int]) -> None:
    fill(history)

    assert merged == []
    history.prove(NOW)


def test_a_late_trade_makes_no_run_read_the_day_that_it_has_written(history: History, merged: list[int]) -> None:
    fill(history)
    late(history, 1)
    history.run(NOW)

    assert merged == []
    history.prove(NOW)


def test_what_the_run_has_not_written_is_read(history: History, merged: list[int]) -> None:
    fill(history)
    late(history, 0)
    history.run(NOW, M1)
    late(history, 1)
    history.run(NOW)

    assert merged == [2, 2, 2, 2]
    history.prove(NOW)


@pytest.mark.parametrize(("held", "expected"), [(48, []), (47, [2, 2, 2, 2]), (0, [2, 2, 2, 2])])
def test_more_candles_than_are_held_are_read(
    new_lake: Callable[..., Lake], merged: list[int], held: int, expected: list[int]
) -> None:
    history = begun(new_lake(limits=Limits(held=held)))
    fill(history)

    assert merged == expected
    history.prove(NOW)


def test_candles_of_several_batches_are_handed_on_together(new_lake: Callable[..., Lake], merged: list[int]) -> None:
    history = begun(new_lake(limits=Limits(rebuilt=5)))
    fill(history)

    assert merged == []
    history.prove(NOW)

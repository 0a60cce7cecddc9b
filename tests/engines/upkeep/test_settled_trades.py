"""`compact` merges files of trades, too, but none of an import that could still be taken back."""

from typing import TYPE_CHECKING

import pytest
from pyiceberg.io import InputStream
from pyiceberg.io.pyarrow import PyArrowFile
from pyiceberg.types import StringType

from engines.base import Silence
from engines.domain.identity import KEY_IDENTITY
from engines.domain.orders import UndoRequest
from engines.domain.timeframe import DAY, M1, M5, MINUTE
from engines.domain.upkeep import TableCompaction, UpkeepStatus
from engines.errors import Unavailable
from engines.faults import Point, armed
from engines.iceberg.files import live_files
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping

TABLES = (M1, M5)
EXPIRED = {"keep_snapshots": 1, "keep_age": -(10**18), "candles": False}
"""All but the newest snapshot are old."""


def deliver(keeping: "Keeping", *minutes: int) -> None:
    """Bring trades of a day in a commit for each minute, and make their candles."""
    for minute in minutes:
        keeping.history.append([trade(MIDNIGHT + 9 * DAY + minute * MINUTE, str(minute))])
    keeping.history.run(keeping.now)


def compact(keeping: "Keeping", said: list[str] | None = None) -> TableCompaction | None:
    class Listening(Silence):
        def said(self, message: str) -> None:
            (said if said is not None else []).append(message)

    compaction = keeping.lake.compact(TABLES, run_id="compaction", observer=Listening())
    assert compaction.exit_code == 0, compaction
    return compaction.trades


def files(keeping: "Keeping") -> int:
    table = keeping.lake.tables.source()
    return len(live_files(table, table.current_snapshot()))


def test_files_are_merged_when_their_imports_can_be_taken_back_no_more(filled_two: "Keeping") -> None:
    deliver(filled_two, 0, 1, 2)
    before = files(filled_two)
    first = compact(filled_two)
    filled_two.prune(*TABLES, **EXPIRED)
    second = compact(filled_two)

    assert first is not None
    assert second is not None
    assert (first.status, first.files_after) == (UpkeepStatus.NOTHING, before)
    assert (second.status, second.files_before, second.files_after) == (UpkeepStatus.DONE, before, files(filled_two))
    assert files(filled_two) < before
    assert {table.candles_written for table in filled_two.history.run(filled_two.now)} == {0}
    filled_two.history.prove(filled_two.now)


def test_an_import_that_can_be_taken_back_still_can(filled_two: "Keeping") -> None:
    deliver(filled_two, 0, 1, 2)
    filled_two.lake.append([trades_table([trade(MIDNIGHT + 9 * DAY + 3 * MINUTE, "3")])], run_id="delivery")
    filled_two.prune(*TABLES, **EXPIRED)
    compact(filled_two)

    assert filled_two.lake.undo(UndoRequest(import_id="delivery", run_id="undo")).trades == 1


def test_trades_that_cannot_be_merged_now_are_a_failure_beside_the_tables(filled_two: "Keeping") -> None:
    deliver(filled_two, 0, 1, 2)
    filled_two.prune(*TABLES, **EXPIRED)

    def fail() -> None:
        raise Unavailable("the storage does not answer")

    with armed(Point.REMOVING, fail):
        compaction = filled_two.lake.compact(TABLES, run_id="compaction")

    assert compaction.trades is not None
    assert compaction.trades.failure is not None
    assert (compaction.trades.status, compaction.exit_code) == (UpkeepStatus.FAILED, Unavailable.exit_code)
    assert {table.status for table in compaction.tables} == {UpkeepStatus.NOTHING}


def test_single_tables_leave_the_trades_alone(filled_two: "Keeping") -> None:
    assert filled_two.lake.compact((M1,), run_id="compaction").trades is None


def test_a_table_that_others_made_is_left_alone(filled_two: "Keeping") -> None:
    with filled_two.lake.tables.source().transaction() as change:
        change.remove_properties(KEY_IDENTITY)

    assert compact(filled_two) is None


def test_a_table_of_ours_that_others_have_changed_is_left_with_a_word(filled_two: "Keeping") -> None:
    with filled_two.lake.tables.source().update_schema() as update:
        update.add_column("desk", StringType())
    said: list[str] = []

    assert compact(filled_two, said) is None
    assert ["has columns of others (desk)" in message for message in said] == [True]


def test_nothing_is_merged_twice_nor_read_again(filled_two: "Keeping", monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a single file has copies of a row `trades compact` finds out, when it is asked to."""
    deliver(filled_two, 0, 1, 2)
    filled_two.prune(*TABLES, **EXPIRED)
    compact(filled_two)
    read = []
    opening = PyArrowFile.open

    def noted(file: PyArrowFile, *args: bool, **kwargs: bool) -> InputStream:
        read.append(file.location)
        return opening(file, *args, **kwargs)

    monkeypatch.setattr(PyArrowFile, "open", noted)
    again = compact(filled_two)

    assert again is not None
    assert again.status is UpkeepStatus.NOTHING
    assert read
    assert not [path for path in read if path.endswith(".parquet")]

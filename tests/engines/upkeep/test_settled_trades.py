"""`compact` merges files of trades, too, but none of an import that could still be taken back."""

from typing import TYPE_CHECKING

from pyiceberg.types import StringType

from engines.base import Silence
from engines.domain.identity import KEY_IDENTITY
from engines.domain.orders import UndoRequest
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, M1, MINUTE
from engines.domain.upkeep import TableCompaction, UpkeepStatus
from engines.iceberg.files import live_files
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping

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

    compaction = keeping.lake.compact(DEFAULT_TIMEFRAMES, run_id="compaction", observer=Listening())
    assert compaction.exit_code == 0, compaction
    return compaction.trades


def files(keeping: "Keeping") -> int:
    table = keeping.lake.tables.source()
    return len(live_files(table, table.current_snapshot()))


def test_files_are_merged_when_their_imports_can_be_taken_back_no_more(filled_all: "Keeping") -> None:
    deliver(filled_all, 0, 1, 2)
    before = files(filled_all)
    first = compact(filled_all)
    filled_all.prune(*DEFAULT_TIMEFRAMES, **EXPIRED)
    second = compact(filled_all)

    assert first is not None
    assert second is not None
    assert (first.status, first.files_after) == (UpkeepStatus.NOTHING, before)
    assert (second.status, second.files_before, second.files_after) == (UpkeepStatus.DONE, before, files(filled_all))
    assert files(filled_all) < before
    assert {table.candles_written for table in filled_all.history.run(filled_all.now)} == {0}
    filled_all.history.prove(filled_all.now)


def test_an_import_that_can_be_taken_back_still_can(filled_all: "Keeping") -> None:
    deliver(filled_all, 0, 1, 2)
    filled_all.lake.append([trades_table([trade(MIDNIGHT + 9 * DAY + 3 * MINUTE, "3")])], run_id="delivery")
    filled_all.prune(*DEFAULT_TIMEFRAMES, **EXPIRED)
    compact(filled_all)

    assert filled_all.lake.undo(UndoRequest(import_id="delivery", run_id="undo")).trades == 1


def test_single_tables_leave_the_trades_alone(filled_all: "Keeping") -> None:
    assert filled_all.lake.compact((M1,), run_id="compaction").trades is None


def test_a_table_that_others_made_is_left_alone(filled_all: "Keeping") -> None:
    with filled_all.lake.tables.source().transaction() as change:
        change.remove_properties(KEY_IDENTITY)

    assert compact(filled_all) is None


def test_a_table_of_ours_that_others_have_changed_is_left_with_a_word(filled_all: "Keeping") -> None:
    with filled_all.lake.tables.source().update_schema() as update:
        update.add_column("desk", StringType())
    said: list[str] = []

    assert compact(filled_all, said) is None
    assert ["has columns of others (desk)" in message for message in said] == [True]


def test_nothing_is_merged_twice(filled_all: "Keeping") -> None:
    deliver(filled_all, 0, 1, 2)
    filled_all.prune(*DEFAULT_TIMEFRAMES, **EXPIRED)
    compact(filled_all)
    again = compact(filled_all)

    assert again is not None
    assert again.status is UpkeepStatus.NOTHING

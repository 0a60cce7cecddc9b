"""Snapshots of the table of trades expire, too, but none that a candle table or an import has need of."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engines.domain.identity import KEY_IDENTITY
from engines.domain.imports import KEY_FILES
from engines.domain.interval import EVER
from engines.domain.orders import MergeRequest, UndoRequest
from engines.domain.timeframe import DAY, HOUR, M1, M5, MINUTE
from engines.domain.upkeep import UpkeepStatus
from engines.errors import Refused
from engines.iceberg.imports import imported_files
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from tests.engines.upkeep.conftest import Keeping

TABLES = (M1, M5)
OLD = {"keep_snapshots": 1, "keep_age": -(10**18), "candles": False}
"""All but the newest snapshot are old."""


def trades(keeping: "Keeping") -> "Table":
    return keeping.lake.tables.source()


def kept(keeping: "Keeping") -> list[int]:
    return [snapshot.snapshot_id for snapshot in trades(keeping).metadata.snapshots]


def follow(keeping: "Keeping") -> None:
    keeping.history.run(keeping.now)


def test_they_go_and_runs_go_on_as_if_they_were_there(filled_two: "Keeping") -> None:
    follow(filled_two)
    before = kept(filled_two)
    found = filled_two.prune(*TABLES, **OLD).trades

    assert found is not None
    assert (found.status, found.snapshots_expired) == (UpkeepStatus.DONE, len(before) - 1)
    assert kept(filled_two) == before[-1:]
    assert found.files_deleted > 0
    filled_two.history.append([trade(MIDNIGHT + 3 * DAY, "late")])
    run = filled_two.history.run(filled_two.now)
    assert {table.reason for table in run} == {"trades changed by append"}
    filled_two.history.prove(filled_two.now)


def test_a_plan_says_the_same_and_does_nothing(filled_two: "Keeping") -> None:
    follow(filled_two)
    before = kept(filled_two)
    plan = filled_two.prune(*TABLES, dry_run=True, **OLD).trades

    assert plan is not None
    assert (plan.status, plan.snapshots_expired) == (UpkeepStatus.PLANNED, len(before) - 1)
    assert kept(filled_two) == before


def test_none_goes_that_a_table_has_still_to_go_through(filled_two: "Keeping") -> None:
    """The 5m table stands still while others follow: from its watermark on all stay."""
    follow(filled_two)
    stands = len(kept(filled_two))
    for number in range(3):
        filled_two.history.append([trade(MIDNIGHT + 4 * DAY + number * HOUR, f"more {number}")])
        filled_two.history.run(filled_two.now, M1)
    before = kept(filled_two)
    filled_two.prune(*TABLES, **OLD)

    assert kept(filled_two) == before[stands - 1 :]
    (five,) = filled_two.history.run(filled_two.now, M5)
    assert five.reason == "trades changed by append"
    filled_two.history.prove(filled_two.now)


def test_young_ones_tagged_ones_and_the_newest_stay(filled_two: "Keeping") -> None:
    follow(filled_two)
    first, *_ = before = kept(filled_two)
    trades(filled_two).manage_snapshots().create_tag(first, "the beginning").commit()

    assert filled_two.prune(*TABLES, **OLD | {"keep_age": 10**18}).trades == nothing(filled_two)
    assert filled_two.prune(*TABLES, **OLD | {"keep_snapshots": 100}).trades == nothing(filled_two)
    filled_two.prune(*TABLES, **OLD)
    assert kept(filled_two) == [first, before[-1]]


def nothing(keeping: "Keeping") -> object:
    found = keeping.prune(*TABLES, **OLD | {"snapshots": True, "keep_age": 10**18}).trades
    assert found is not None
    assert (found.status, found.snapshots_expired, found.files_deleted) == (UpkeepStatus.NOTHING, 0, 0)
    return found


def test_files_that_were_imported_count_as_imported_across_the_gap(filled_two: "Keeping") -> None:
    rows = trades(filled_two).scan(limit=1).to_arrow()
    trades(filled_two).append(rows, snapshot_properties={KEY_FILES: "digest", "k2.run-id": "once"})
    for number in range(3):
        filled_two.history.append([trade(MIDNIGHT + 4 * DAY + number * HOUR, f"more {number}")])
    follow(filled_two)
    before = len(kept(filled_two))
    filled_two.prune(*TABLES, **OLD)

    assert (before > 2, len(kept(filled_two))) == (True, 2)
    assert imported_files(trades(filled_two), {"digest"}) == {"digest": "once"}


def imported(keeping: "Keeping", *, told: bool = True) -> None:
    """An import that tells of its file, or not, and more trades of its hour that come after."""
    first = trades_table([trade(MIDNIGHT + 5 * DAY, "imported"), trade(MIDNIGHT + 5 * DAY, "imported, too")])
    trades(keeping).append(first, snapshot_properties={"k2.run-id": "once"} | ({KEY_FILES: "digest"} if told else {}))
    keeping.lake.append([trades_table([trade(MIDNIGHT + 5 * DAY, "more")])], run_id="another")


def pass_a_night(keeping: "Keeping") -> None:
    keeping.lake.append([trades_table([trade(MIDNIGHT + 6 * DAY - MINUTE, "last")])], run_id="last")
    follow(keeping)
    keeping.prune(*TABLES, **OLD)


def test_a_merge_stays_as_long_as_an_import_that_went_into_it(filled_two: "Keeping") -> None:
    imported(filled_two)
    merge = filled_two.lake.merge_trades(MergeRequest(times=EVER, run_id="merge"))
    pass_a_night(filled_two)

    assert {merge.snapshot_id} < set(kept(filled_two))
    assert len(kept(filled_two)) == 3
    assert imported_files(trades(filled_two), {"digest"}) == {"digest": "once"}
    with pytest.raises(Refused, match="merged with others"):
        filled_two.lake.undo(UndoRequest(import_id="once", run_id="undo"))


def test_a_merge_goes_of_whose_files_no_import_tells(filled_two: "Keeping") -> None:
    """Kept, it would hold all files of its day on the disk."""
    imported(filled_two, told=False)
    merge = filled_two.lake.merge_trades(MergeRequest(times=EVER, run_id="merge"))
    pass_a_night(filled_two)

    assert merge.status is UpkeepStatus.DONE
    assert len(kept(filled_two)) == 1


def test_what_became_of_its_files_across_the_gap_is_not_guessed(filled_two: "Keeping") -> None:
    """Others have written its other row anew, and the snapshot that tells so has expired."""
    imported(filled_two)
    trades(filled_two).delete("message_id = 'imported'")
    pass_a_night(filled_two)

    with pytest.raises(Refused, match="files of it are gone, and so are the snapshots"):
        filled_two.lake.undo(UndoRequest(import_id="once", run_id="undo"))


@pytest.mark.parametrize("way", ["others made it", "files are shared", "single tables", "candles only"])
def test_what_is_not_meant_is_left_alone(filled_two: "Keeping", way: str) -> None:
    follow(filled_two)
    with trades(filled_two).transaction() as change:
        if way == "others made it":
            change.remove_properties(KEY_IDENTITY)
        if way == "files are shared":
            change.set_properties({"gc.enabled": "false"})
    before = kept(filled_two)
    tables = (M1,) if way == "single tables" else TABLES
    options = OLD | ({"candles": True, "snapshots": False} if way == "candles only" else {})

    assert filled_two.prune(*tables, **options).trades is None
    assert kept(filled_two) == before


def test_trades_that_cannot_be_opened_are_a_failure_beside_the_tables(filled_two: "Keeping") -> None:
    Path(trades(filled_two).metadata_location.removeprefix("file://")).unlink()
    prune = filled_two.prune(*TABLES, **OLD)

    assert prune.trades is not None
    assert prune.trades.failure is not None
    assert (prune.trades.status, prune.exit_code) == (UpkeepStatus.FAILED, prune.trades.failure.exit_code)
    assert {table.status for table in prune.tables} == {UpkeepStatus.DONE}


def test_files_that_nothing_needs_are_found_there_too(filled_two: "Keeping") -> None:
    follow(filled_two)
    place = trades(filled_two).location().removeprefix("file://")
    with open(f"{place}/data/left-by-a-kill.parquet", "wb") as file:  # noqa: PTH123 - a location, as a string
        file.write(b"half")
    found = filled_two.prune(*TABLES, candles=False, orphans=True, orphan_age=-(10**18)).trades

    assert found is not None
    assert (found.status, found.orphans_deleted, found.orphan_bytes) == (UpkeepStatus.DONE, 1, 4)
    filled_two.history.prove(filled_two.now)

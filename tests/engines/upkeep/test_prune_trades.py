"""Snapshots of the table of trades expire, too, but none that a candle table or an import has need of."""

from typing import TYPE_CHECKING

import pytest

from engines.domain.identity import KEY_IDENTITY
from engines.domain.imports import KEY_FILES
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, HOUR, M1, M5
from engines.domain.upkeep import UpkeepStatus
from engines.iceberg.imports import imported_files
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from tests.engines.upkeep.conftest import Keeping

OLD = {"keep_snapshots": 1, "keep_age": -(10**18), "candles": False}
"""All but the newest snapshot are old."""


def trades(keeping: "Keeping") -> "Table":
    return keeping.lake.tables.source()


def kept(keeping: "Keeping") -> list[int]:
    return [snapshot.snapshot_id for snapshot in trades(keeping).metadata.snapshots]


def follow(keeping: "Keeping") -> None:
    keeping.history.run(keeping.now)


def test_they_go_and_runs_go_on_as_if_they_were_there(filled_all: "Keeping") -> None:
    follow(filled_all)
    before = kept(filled_all)
    found = filled_all.prune(*DEFAULT_TIMEFRAMES, **OLD).trades

    assert found is not None
    assert (found.status, found.snapshots_expired) == (UpkeepStatus.DONE, len(before) - 1)
    assert kept(filled_all) == before[-1:]
    assert found.files_deleted > 0
    filled_all.history.append([trade(MIDNIGHT + 3 * DAY, "late")])
    run = filled_all.history.run(filled_all.now)
    assert {table.reason for table in run} == {"trades changed by append"}
    filled_all.history.prove(filled_all.now)


def test_a_plan_says_the_same_and_does_nothing(filled_all: "Keeping") -> None:
    follow(filled_all)
    before = kept(filled_all)
    plan = filled_all.prune(*DEFAULT_TIMEFRAMES, dry_run=True, **OLD).trades

    assert plan is not None
    assert (plan.status, plan.snapshots_expired) == (UpkeepStatus.PLANNED, len(before) - 1)
    assert kept(filled_all) == before


def test_none_goes_that_a_table_has_still_to_go_through(filled_all: "Keeping") -> None:
    """The 5m table stands still while others follow: from its watermark on all stay."""
    follow(filled_all)
    stands = len(kept(filled_all))
    others = [timeframe for timeframe in DEFAULT_TIMEFRAMES if timeframe != M5]
    for number in range(3):
        filled_all.history.append([trade(MIDNIGHT + 4 * DAY + number * HOUR, f"more {number}")])
        filled_all.history.run(filled_all.now, *others)
    before = kept(filled_all)
    filled_all.prune(*DEFAULT_TIMEFRAMES, **OLD)

    assert kept(filled_all) == before[stands - 1 :]
    (five,) = filled_all.history.run(filled_all.now, M5)
    assert five.reason == "trades changed by append"
    filled_all.history.prove(filled_all.now)


def test_young_ones_tagged_ones_and_the_newest_stay(filled_all: "Keeping") -> None:
    follow(filled_all)
    first, *_ = before = kept(filled_all)
    trades(filled_all).manage_snapshots().create_tag(first, "the beginning").commit()

    assert filled_all.prune(*DEFAULT_TIMEFRAMES, **OLD | {"keep_age": 10**18}).trades == nothing(filled_all)
    assert filled_all.prune(*DEFAULT_TIMEFRAMES, **OLD | {"keep_snapshots": 100}).trades == nothing(filled_all)
    filled_all.prune(*DEFAULT_TIMEFRAMES, **OLD)
    assert kept(filled_all) == [first, before[-1]]


def nothing(keeping: "Keeping") -> object:
    found = keeping.prune(*DEFAULT_TIMEFRAMES, **OLD | {"snapshots": True, "keep_age": 10**18}).trades
    assert found is not None
    assert (found.status, found.snapshots_expired, found.files_deleted) == (UpkeepStatus.NOTHING, 0, 0)
    return found


def test_files_that_were_imported_count_as_imported_across_the_gap(filled_all: "Keeping") -> None:
    rows = trades(filled_all).scan(limit=1).to_arrow()
    trades(filled_all).append(rows, snapshot_properties={KEY_FILES: "digest", "k2.run-id": "once"})
    for number in range(3):
        filled_all.history.append([trade(MIDNIGHT + 4 * DAY + number * HOUR, f"more {number}")])
    follow(filled_all)
    before = len(kept(filled_all))
    filled_all.prune(*DEFAULT_TIMEFRAMES, **OLD)

    assert (before > 2, len(kept(filled_all))) == (True, 2)
    assert imported_files(trades(filled_all), {"digest"}) == {"digest": "once"}


@pytest.mark.parametrize("way", ["others made it", "files are shared", "single tables", "candles only"])
def test_what_is_not_meant_is_left_alone(filled_all: "Keeping", way: str) -> None:
    follow(filled_all)
    with trades(filled_all).transaction() as change:
        if way == "others made it":
            change.remove_properties(KEY_IDENTITY)
        if way == "files are shared":
            change.set_properties({"gc.enabled": "false"})
    before = kept(filled_all)
    tables = (M1, M5) if way == "single tables" else DEFAULT_TIMEFRAMES
    options = OLD | ({"candles": True, "snapshots": False} if way == "candles only" else {})

    assert filled_all.prune(*tables, **options).trades is None
    assert kept(filled_all) == before


def test_files_that_nothing_needs_are_found_there_too(filled_all: "Keeping") -> None:
    follow(filled_all)
    place = trades(filled_all).location().removeprefix("file://")
    with open(f"{place}/data/left-by-a-kill.parquet", "wb") as file:  # noqa: PTH123 - a location, as a string
        file.write(b"half")
    found = filled_all.prune(*DEFAULT_TIMEFRAMES, candles=False, orphans=True, orphan_age=-(10**18)).trades

    assert found is not None
    assert (found.status, found.orphans_deleted, found.orphan_bytes) == (UpkeepStatus.DONE, 1, 4)
    filled_all.history.prove(filled_all.now)

"""Tables that were made to keep a hundred former versions of their metadata keep ten after a prune."""

from typing import TYPE_CHECKING

import pytest

from engines.domain.timeframe import DEFAULT_TIMEFRAMES, M1
from engines.domain.upkeep import UpkeepStatus

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from tests.engines.upkeep.conftest import Keeping

KEPT = "write.metadata.previous-versions-max"
NOTHING_OLD = {"keep_snapshots": 1000, "candles": False}


def tables(keeping: "Keeping") -> list["Table"]:
    return [keeping.lake.tables.source(), *map(keeping.lake.tables.target, DEFAULT_TIMEFRAMES)]


def let_keep(keeping: "Keeping", number: str) -> None:
    for table in tables(keeping):
        with table.transaction() as change:
            change.set_properties({KEPT: number})


def versions(keeping: "Keeping") -> set[int]:
    return {
        number
        for prune in [keeping.prune(*DEFAULT_TIMEFRAMES, **NOTHING_OLD)]
        for number in [*(table.versions for table in prune.tables), prune.trades.versions if prune.trades else -1]
    }


def kept(keeping: "Keeping") -> set[str]:
    return {table.properties[KEPT] for table in tables(keeping)}


def test_a_prune_lets_them_keep_ten_and_says_so_once(filled_all: "Keeping") -> None:
    let_keep(filled_all, "100")
    plan = filled_all.prune(*DEFAULT_TIMEFRAMES, dry_run=True, **NOTHING_OLD)

    assert {table.status for table in plan.tables} == {UpkeepStatus.PLANNED}
    assert kept(filled_all) == {"100"}
    assert versions(filled_all) == {10}
    assert kept(filled_all) == {"10"}
    assert versions(filled_all) == {0}
    assert max(len(table.metadata.metadata_log) for table in tables(filled_all)) <= 10


@pytest.mark.parametrize("number", ["10", "50"])
def test_another_number_was_chosen_by_somebody(filled_all: "Keeping", number: str) -> None:
    let_keep(filled_all, number)

    assert versions(filled_all) == {0}
    assert kept(filled_all) == {number}


def test_dropping_candles_alone_does_not(filled_all: "Keeping") -> None:
    let_keep(filled_all, "100")
    filled_all.prune(M1, days=2, snapshots=False)

    assert kept(filled_all) == {"100"}

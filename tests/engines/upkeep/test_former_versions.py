"""Tables that were made to keep a hundred former versions of their metadata keep ten after a prune."""

from typing import TYPE_CHECKING

import pytest

from engines.domain.timeframe import M1, M5
from engines.domain.upkeep import UpkeepStatus

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from tests.engines.upkeep.conftest import Keeping

TABLES = (M1, M5)
KEPT = "write.metadata.previous-versions-max"
NOTHING_OLD = {"keep_snapshots": 1000, "candles": False}


def tables(keeping: "Keeping") -> list["Table"]:
    return [keeping.lake.tables.source(), *map(keeping.lake.tables.target, TABLES)]


def let_keep(keeping: "Keeping", number: str) -> None:
    for table in tables(keeping):
        with table.transaction() as change:
            change.set_properties({KEPT: number})


def versions(keeping: "Keeping") -> set[int]:
    return {
        number
        for prune in [keeping.prune(*TABLES, **NOTHING_OLD)]
        for number in [*(table.versions for table in prune.tables), prune.trades.versions if prune.trades else -1]
    }


def kept(keeping: "Keeping") -> set[str]:
    return {table.properties[KEPT] for table in tables(keeping)}


def test_a_prune_lets_them_keep_ten_and_says_so_once(filled_two: "Keeping") -> None:
    let_keep(filled_two, "100")
    plan = filled_two.prune(*TABLES, dry_run=True, **NOTHING_OLD)

    assert {table.status for table in plan.tables} == {UpkeepStatus.PLANNED}
    assert kept(filled_two) == {"100"}
    assert versions(filled_two) == {10}
    assert kept(filled_two) == {"10"}
    assert versions(filled_two) == {0}
    assert max(len(table.metadata.metadata_log) for table in tables(filled_two)) <= 10


@pytest.mark.parametrize("number", ["10", "50"])
def test_another_number_was_chosen_by_somebody(filled_two: "Keeping", number: str) -> None:
    let_keep(filled_two, number)

    assert versions(filled_two) == {0}
    assert kept(filled_two) == {number}


def test_dropping_candles_alone_does_not(filled_two: "Keeping") -> None:
    let_keep(filled_two, "100")
    filled_two.prune(M1, days=2, snapshots=False)

    assert kept(filled_two) == {"100"}

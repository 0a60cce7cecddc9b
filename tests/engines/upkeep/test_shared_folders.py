"""A folder that another catalog uses, too: no orphan is deleted there, for what one does not know the other needs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.base import CatalogConfig, EngineConfig
from engines.domain.requests import RefreshRequest, ValidationRequest
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, M1, MINUTE
from engines.domain.upkeep import TablePrune, TradesPrune, UpkeepStatus
from engines.errors import Conflict
from engines.iceberg.publication import publish_watermark
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 10 * MINUTE
PRUNE = PruneRequest(timeframes=DEFAULT_TIMEFRAMES, now=NOW, run_id="p", orphans=True, orphan_age=-(10**18))


def lake_of(folder: Path, catalog: str) -> Lake:
    properties = {
        "type": "sql",
        "uri": f"sqlite:///{folder}/{catalog}.db",
        "warehouse": f"file://{folder}/warehouse",
    }
    return open_lake("polars", EngineConfig(catalog=CatalogConfig(name="k2", properties=properties)))


def grow(lake: Lake, number: int) -> None:
    """A trade and its candles."""
    lake.append([trades_table([trade(MIDNIGHT + number * MINUTE, str(number))])], run_id=f"import {number}")
    request = RefreshRequest(timeframes=DEFAULT_TIMEFRAMES, now=NOW, run_id=f"run {number}")
    assert lake.aggregate(request).exit_code == 0


def is_whole(lake: Lake) -> bool:
    request = ValidationRequest(timeframes=DEFAULT_TIMEFRAMES, now=NOW, against_trades=True, deep=True)
    return not lake.validate(request).broken


@pytest.fixture
def first(tmp_path: Path) -> Lake:
    """Tables with a trade and its candles."""
    lake = lake_of(tmp_path, "first")
    lake.create_tables(with_trades=True)
    grow(lake, 1)
    return lake


def other_tables(folder: Path) -> Lake:
    """Another catalog that has made tables of the same names in the same warehouse, and so in the same folders."""
    lake = lake_of(folder, "second")
    lake.create_tables(with_trades=True)
    return lake


def same_tables(folder: Path) -> Lake:
    """A copy of the catalog, which knows the same tables."""
    shutil.copy(folder / "first.db", folder / "second.db")
    return lake_of(folder, "second")


@pytest.mark.parametrize(("catalog", "what"), [(other_tables, "of another table"), (same_tables, "a state of this")])
def test_what_another_catalog_needs_stays(
    first: Lake, tmp_path: Path, catalog: Callable[[Path], Lake], what: str
) -> None:
    second = catalog(tmp_path)
    grow(second, 2)
    grow(first, 3)
    pruned = first.prune(PRUNE)

    assert pruned.exit_code == 2
    results: list[TablePrune | TradesPrune | None] = [*pruned.tables, pruned.trades]
    for table in results:
        assert table is not None
        assert (table.status, table.orphans_deleted) == (UpkeepStatus.FAILED, 0)
        assert table.failure is not None
        assert f"no orphans are deleted, for another catalog may use the folder: file://{tmp_path}" in str(
            table.failure
        )
        assert what in str(table.failure)
    assert is_whole(first)
    assert is_whole(second)


def test_snapshots_expire_there_all_the_same_and_the_cure_is_to_delete_what_nothing_uses(
    first: Lake, tmp_path: Path
) -> None:
    other_tables(tmp_path).close()
    grow(first, 2)
    request = PruneRequest(
        timeframes=(M1,), now=NOW, run_id="p", orphans=True, orphan_age=-(10**18), keep_snapshots=1, keep_age=-(10**18)
    )
    (table,) = first.prune(request).tables
    assert (table.status, table.snapshots_expired) == (UpkeepStatus.FAILED, 1)
    assert table.files_deleted
    assert "if nothing uses that one any more, delete the file" in str(table.failure)
    named = str(table.failure).partition("use the folder: file://")[2].partition(" is ")[0]
    Path(named).unlink()
    (table,) = first.prune(request).tables

    assert table.failure is None
    assert is_whole(first)


def test_metadata_of_a_version_that_is_not_known_is_anothers(first: Lake) -> None:
    path = Path(first.tables.target(M1).metadata_location.removeprefix("file://"))
    path.with_name("v9.metadata.json").write_text(json.dumps({"format-version": 9, "table-uuid": "another"}))
    pruned = first.prune(PRUNE)

    assert [table.failure is not None for table in pruned.tables] == [True, False, False, False, False]


def test_what_a_commit_of_ours_that_failed_has_left_is_an_orphan(first: Lake) -> None:
    """PyIceberg writes a metadata file, and leaves it where it is when another run was faster."""
    slow = first.tables.target(M1)
    grow(first, 2)
    folder = Path(slow.metadata_location.removeprefix("file://")).parent
    before = set(folder.glob("*.metadata.json"))
    with pytest.raises(Conflict):
        publish_watermark(first.tables, slow, {"k2.run-id": "slow"})
    left = set(folder.glob("*.metadata.json")) - before
    cut = folder / "00009-cut.metadata.json"
    cut.write_text("{")
    pruned = first.prune(PRUNE)

    assert pruned.exit_code == 0
    assert pruned.tables[0].orphans_deleted == len(left) + 1
    assert not cut.exists()
    assert is_whole(first)

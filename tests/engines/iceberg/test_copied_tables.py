"""A copied folder of a project is read, and not written: its catalog names the original's files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.base import CatalogConfig, EngineConfig
from engines.domain.interval import BEGINNING, END, Interval
from engines.domain.orders import MergeRequest
from engines.domain.requests import RefreshRequest
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, M1, MINUTE
from engines.errors import Refused
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + 10 * MINUTE


def lake_in(folder: Path, warehouse: Path | None = None) -> Lake:
    properties = {
        "type": "sql",
        "uri": f"sqlite:///{folder}/catalog.db",
        "warehouse": f"file://{warehouse or folder / 'warehouse'}",
    }
    return open_lake("polars", EngineConfig(catalog=CatalogConfig(name="k2", properties=properties)))


def append(lake: Lake) -> None:
    lake.append([trades_table([trade(MIDNIGHT, "1")])], run_id="r")


def aggregate(lake: Lake) -> None:
    assert lake.aggregate(RefreshRequest(timeframes=(M1,), now=NOW, run_id="r")).exit_code == 0


WRITING: dict[str, Callable[[Lake], object]] = {
    "append": append,
    "aggregate": aggregate,
    "prune": lambda lake: lake.prune(PruneRequest(timeframes=DEFAULT_TIMEFRAMES, now=NOW, run_id="r", orphans=True)),
    "compact": lambda lake: lake.compact((M1,), run_id="r"),
    "probe": lambda lake: lake.probe_storage(),
    "merge": lambda lake: lake.merge_trades(MergeRequest(times=Interval(BEGINNING, END), run_id="r")),
}


@pytest.fixture
def original(tmp_path: Path) -> Path:
    """A project with a trade and its candles."""
    folder = tmp_path / "original"
    folder.mkdir()
    lake = lake_in(folder)
    lake.create_tables(with_trades=True)
    append(lake)
    aggregate(lake)
    lake.close()
    return folder


def everything(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder / "warehouse").rglob("*")}


@pytest.mark.parametrize("way", WRITING)
def test_a_copy_refuses_to_write_and_the_original_stays_as_it_was(original: Path, way: str) -> None:
    copy = shutil.copytree(original, original.with_name("copy"))
    before = everything(original)
    with pytest.raises(Refused, match="this is a copy of a project") as refused:
        WRITING[way](lake_in(copy))

    assert refused.value.exit_code == 2
    assert f'[catalog] warehouse = "{original}/warehouse"' in refused.value.hint
    assert everything(original) == before
    assert [table.rows for table in lake_in(copy).status(now=NOW)][:2] == [1, 1]
    WRITING[way](lake_in(original))


def test_whoever_gives_up_the_original_says_where_the_files_are(original: Path) -> None:
    copy = shutil.copytree(original, original.with_name("copy"))
    (original / "catalog.db").unlink()

    aggregate(lake_in(copy, warehouse=original / "warehouse"))


def test_a_moved_project_goes_on_with_the_link_that_is_advised(original: Path) -> None:
    moved = original.rename(original.with_name("moved"))
    original.mkdir()
    (original / "warehouse").symlink_to(moved / "warehouse")

    aggregate(lake_in(moved))


def test_tables_elsewhere_without_a_copy_are_no_copy(original: Path) -> None:
    """A warehouse is where new tables are made; old ones may be anywhere."""
    aggregate(lake_in(original, warehouse=original.with_name("new")))

"""Tables move from a laptop's catalog to a shared one: the page's script, and nothing is made again."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from engines.domain.timeframe import DEFAULT_TIMEFRAMES
from engines.testing.oracle import candles
from tests.deployments.deployment import Deployment, expected
from tests.deployments.page import block
from tests.deployments.trades import deliveries, real_trades, write

pytestmark = pytest.mark.services

Settle = Callable[[str, str, str], Deployment]

OLD = 'type="sql", uri="postgresql+pg8000://k2:PASSWORD@db.example.com/candles"'


@pytest.mark.parametrize("catalog", ["postgresql", "rest"])
def test_tables_move_and_no_candle_is_made_again(settle: Settle, catalog: str) -> None:
    trades = real_trades()
    first, late = deliveries(trades)
    laptop = settle("polars", "sqlite", "files")
    write(first, laptop.folder / "first.csv")
    write(late, laptop.folder / "late.csv")
    laptop("ohlcv create-tables --with-trades")
    laptop("trades import first.csv")
    built = laptop.report("ohlcv aggregate")["tables"]

    team = settle("polars", catalog, "files")
    move(laptop, team)
    found = team.report("ohlcv aggregate")["tables"]
    validated = team.report("ohlcv validate --against-trades")["tables"]

    assert [(table["status"], table["data_files_read"]) for table in found] == [("up_to_date", 0)] * 5
    assert [table["source_snapshot_id"] for table in found] == [table["source_snapshot_id"] for table in built]
    assert [table["timeframe"] for table in validated] == [str(timeframe) for timeframe in DEFAULT_TIMEFRAMES]

    team("trades import late.csv")
    team("ohlcv aggregate")
    for timeframe in DEFAULT_TIMEFRAMES:
        assert team.candles(timeframe) == [expected(candle) for candle in candles(trades, timeframe.duration)]


def move(laptop: Deployment, team: Deployment) -> None:
    """Run the page's script, and put the old catalog out of reach."""
    new = f'type="{team.place.properties["type"]}", uri="{team.place.properties["uri"]}"'
    script = block("python", "Move the tables", {OLD: new})
    subprocess.run([sys.executable, "-c", script], cwd=laptop.folder, check=True, timeout=120)
    (laptop.folder / "k2-data" / "catalog.db").rename(laptop.folder / "catalog.db.moved")

"""The usual job cuts days and hours by the clock of the machine it runs on: elsewhere its windows are others.

Here every window is UTC, whatever TZ says.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engines.domain.timeframe import D1, DAY, HOUR, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

RUN = """
import sys
from engines.base import CatalogConfig, EngineConfig, RefreshRequest
from engines.domain.tables import TableNames
from engines.domain.timeframe import DEFAULT_TIMEFRAMES
from engines.registry import open_lake

uri, warehouse, namespace, now = sys.argv[1:]
catalog = CatalogConfig(name="test", properties={"type": "sql", "uri": uri, "warehouse": warehouse})
lake = open_lake("polars", EngineConfig(catalog=catalog, names=TableNames(namespace=namespace)))
refresh = lake.aggregate(RefreshRequest(timeframes=DEFAULT_TIMEFRAMES, now=int(now), run_id="elsewhere"))
sys.exit(refresh.exit_code)
"""


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "XYZ-13:37"])
def test_windows_are_utc_on_a_machine_in_another_zone(history: History, zone: str) -> None:
    history.append([trade(MIDNIGHT + n * 97 * MINUTE, str(n)) for n in range(-14, 14)])
    tables = history.lake.tables
    arguments = [tables.config.properties["uri"], tables.config.properties["warehouse"], tables.names.namespace]
    now = MIDNIGHT + DAY + 12 * HOUR
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *arguments, str(now)],
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    history.prove(now)
    days = tables.target(D1).scan().to_arrow()
    assert [day.isoformat() for day in days.sort_by("window_start")["window_date"].to_pylist()] == [
        "2024-02-29",
        "2024-03-01",
    ]

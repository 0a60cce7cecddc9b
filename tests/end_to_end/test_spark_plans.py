"""What Spark reads, according to the event log of a run, which holds the plan and the metrics of every query."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engines.domain.timeframe import HOUR, MINUTE
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.end_to_end.history import history_in
from tests.java import quick

pytestmark = pytest.mark.spark(process="own")

Run = Callable[..., subprocess.CompletedProcess[str]]

TRADES = "gold_crypto_trades"
SETTINGS = """\
[engines.spark]
master = "local[2]"

[engines.spark.conf]
"spark.eventLog.enabled" = true
"spark.eventLog.dir" = "{log}"
"spark.eventLog.compress" = false
"spark.eventLog.rolling.enabled" = false
"spark.sql.shuffle.partitions" = 1
"spark.driver.extraJavaOptions" = "{java}"
"""


@dataclass(frozen=True)
class Scan:
    """A scan of the trades that a query has executed."""

    description: str
    columns: str
    files_read: int
    files_skipped: int


@pytest.fixture
def history(run_here: Run, tmp_path: Path) -> History:
    """A day of trades in one file per hour, with all its candles."""
    log = tmp_path / "log"
    log.mkdir()
    (tmp_path / "k2.toml").write_text(SETTINGS.format(log=log.as_uri(), java=quick()))
    assert run_here("ohlcv", "create-tables", "--with-trades", "--partition-by", "hour", cwd=tmp_path).returncode == 0
    history = history_in(tmp_path)
    history.append([trade(MIDNIGHT + n * 30 * MINUTE, str(n)) for n in range(48)])
    history.run(MIDNIGHT + 24 * HOUR)
    return history


@pytest.mark.parametrize(("copies", "readings"), [(0, 1), (1, 2)])
def test_a_late_trade_costs_one_reading_of_the_files_of_its_hour_and_its_copies_one_more(
    run: Run, history: History, tmp_path: Path, copies: int, readings: int
) -> None:
    late = trade(MIDNIGHT + 10 * HOUR + 5 * MINUTE, "late")
    history.append([late] * (1 + copies))
    ran = run("ohlcv", "aggregate", "--engine", "spark", "--now", "2024-03-02T00:00:00Z", "-q", cwd=tmp_path)
    scans = scans_of_trades(tmp_path / "log")

    assert (ran.returncode, ran.stderr) == (0, "")
    history.prove(MIDNIGHT + 24 * HOUR)
    assert len(scans) == readings
    start = MIDNIGHT + 10 * HOUR + 5 * MINUTE
    for scan in scans:
        assert f"filters=timestamp >= {start}, timestamp < {start + MINUTE}" in scan.description
        # Of 25 files, only the late trade's is read, and at most that of the hour's other trades.
        assert (scan.files_read, scan.files_read + scan.files_skipped) in {(1, 25), (2, 25)}, scan
        assert "vendor_data" not in scan.columns


def scans_of_trades(log: Path) -> list[Scan]:
    """The executed scans of the trades with their metrics; each once, even if several queries use its result."""
    events = [json.loads(line) for file in log.iterdir() for line in file.read_text().splitlines()]
    counted: dict[int, int] = {}
    for event in events:
        if event["Event"].endswith("SparkListenerDriverAccumUpdates"):
            counted |= dict(event["accumUpdates"])
    scans: dict[int, Scan] = {}
    for event in events:
        if event["Event"].endswith("SparkListenerSQLExecutionStart"):
            scans |= _scans(event["sparkPlanInfo"], counted)
    return list(scans.values())


def _scans(node: dict[str, Any], counted: dict[int, int]) -> dict[int, Scan]:
    """The executed scans of the trades in a plan, by the id of their metric of files read."""
    found: dict[int, Scan] = {}
    if node["nodeName"].startswith("BatchScan") and TRADES in node["nodeName"]:
        numbers = {metric["name"]: metric["accumulatorId"] for metric in node["metrics"]}
        number = numbers["number of result data files"]
        # A cached result is in the plan of every query that uses it, but is not read again and has no metrics there.
        if number in counted:
            description = node["metadata"].get("IcebergScan", node["simpleString"])
            skipped = counted.get(numbers["number of skipped data files"], 0)
            found[number] = Scan(description, node["simpleString"].partition("]")[0], counted[number], skipped)
    for child in node["children"]:
        found |= _scans(child, counted)
    return found

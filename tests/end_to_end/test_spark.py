"""The Spark engine through the `k2` command: the candles of Polars, clean output, killed runs and concurrent runs."""

import csv
import itertools
import json
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, M1, Timeframe
from engines.testing.history import History
from engines.testing.strategies import MIDNIGHT
from tests.end_to_end.history import batch, history_in
from tests.java import quick

pytestmark = pytest.mark.spark

NOW = "2024-03-03T00:00:00Z"
UNTIL = MIDNIGHT + 2 * DAY
DATA = Path(__file__).parents[2] / "examples" / "data"
SETTINGS = """\
[engines.spark]
master = "local[2]"

[engines.spark.conf]
# A few rows need no more than one task a shuffle, and compiling code for them takes longer than they do.
"spark.sql.shuffle.partitions" = 1
"spark.sql.codegen.wholeStage" = false
"spark.sql.codegen.factoryMode" = "NO_CODEGEN"
"spark.driver.extraJavaOptions" = "{java}"
"spark.driver.memory" = "1g"
"""
PATIENCE = 300

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """A folder with empty tables, and Spark set up for a few rows."""
    (tmp_path / "k2.toml").write_text(SETTINGS.format(java=quick()))
    assert run("ohlcv", "create-tables", "--with-trades", cwd=tmp_path).returncode == 0
    return tmp_path


@pytest.fixture
def history(folder: Path) -> History:
    """The history of the folder's source, written from this process."""
    return history_in(folder)


def branches(history: History) -> set[str]:
    """Names of all branches and tags of the candle tables."""
    return {name for timeframe in DEFAULT_TIMEFRAMES for name in history.lake.tables.target(timeframe).metadata.refs}


def test_real_trades_make_the_candles_that_polars_makes(run: Run, folder: Path) -> None:
    for exchange, shifts in (("phemex", ("-4", "-4")), ("hitbtc", ("2", "0"))):
        shift = ("--price-shift", shifts[0], "--quantity-shift", shifts[1])
        file = str(DATA / f"{exchange}_trades.csv")
        imported = run("trades", "import", file, "--layout", "k2", *shift, "-q", cwd=folder)
        assert imported.returncode == 0, imported.stderr
    made = run("ohlcv", "aggregate", "--engine", "spark", "--output", "json", "-q", cwd=folder)
    report = json.loads(made.stdout)

    # stdout is only the report, without output of Spark, and stderr is empty.
    assert (made.returncode, made.stderr, report["engine"]) == (0, "", "spark")
    assert [table["status"] for table in report["tables"]] == ["updated"] * 5
    shown = {t: _shown(run, folder, t, "spark" if t == D1 else "polars") for t in DEFAULT_TIMEFRAMES}
    again = run("ohlcv", "aggregate", "--rebuild", "--output", "json", "-q", cwd=folder)
    changed = [t["candles_written"] + t["candles_removed"] for t in json.loads(again.stdout)["tables"]]

    # A rebuild by Polars from the same trades changes nothing.
    assert changed == [0] * 5
    assert {t: _shown(run, folder, t, "polars") for t in DEFAULT_TIMEFRAMES} == shown
    checked = run("ohlcv", "validate", "--against-trades", "--engine", "spark", "-q", cwd=folder)
    assert checked.returncode == 0, checked.stdout


def _shown(run: Run, folder: Path, timeframe: Timeframe, lake: str) -> list[dict[str, str]]:
    ran = run("ohlcv", "show", timeframe.name, "--engine", lake, "--output", "csv", cwd=folder)

    assert ran.returncode == 0, ran.stderr
    return list(csv.DictReader(ran.stdout.splitlines()))


def test_upkeep_by_spark(run: Run, history: History, folder: Path) -> None:
    """Files are compacted, old candles pruned, and the branch and the files that a killed run left are removed."""
    history.append(batch(random.Random(5), 200))  # noqa: S311 - weather, not secrets
    history.run(UNTIL)
    table = history.lake.tables.target(M1)
    table.append(table.scan().to_arrow().slice(0, 0))  # moves the head, so that the branch below is stale
    table.manage_snapshots().create_branch(table.metadata.snapshots[0].snapshot_id, f"k2_1_{32 * '0'}").commit()
    spark = ("--engine", "spark", "--output", "json", "-q")
    compacted = run("ohlcv", "compact", *spark, cwd=folder)
    pruned = run("ohlcv", "prune", "1m", "--older-than", "30d", "--now", NOW, "--yes", "--force", *spark, cwd=folder)

    assert (compacted.returncode, pruned.returncode) == (0, 0), compacted.stderr + pruned.stderr
    assert branches(history) == {"main"}
    history.prove(UNTIL)


def test_a_killed_driver_leaves_nothing_that_the_next_run_does_not_mend(
    start: Start, run: Run, history: History, folder: Path, nightly: bool
) -> None:
    chance = random.Random(7)  # noqa: S311
    aggregate = ("ohlcv", "aggregate", "--now", NOW, "-q", "--engine")
    usual = 0
    for kill, engine in zip(range(-1, 20 if nightly else 2), itertools.cycle(["spark", "polars"]), strict=False):
        history.append(batch(chance, 200))
        before = commits(history)
        process = start(*aggregate, "spark", cwd=folder)
        if kill >= 0:
            # The moment is chosen by commits, not by the clock: a kill during the start of Java shows nothing.
            moment = before + chance.randrange(usual)
            while process.poll() is None and commits(history) <= moment:
                time.sleep(0.01)
            process.kill()
        process.communicate(timeout=PATIENCE)
        usual = commits(history) - before if kill < 0 else usual
        ran = run(*aggregate, engine, cwd=folder)  # of either engine

        assert (ran.returncode, ran.stderr) == (0, "")
        history.prove(UNTIL)
        assert branches(history) == {"main"}


def commits(history: History) -> int:
    """Number of commits to the candle tables, those to branches included."""
    tables = [history.lake.tables.target(timeframe) for timeframe in DEFAULT_TIMEFRAMES]
    return sum(int(table.metadata_location.rsplit("/", 1)[1].split("-", 1)[0]) for table in tables)


def test_engines_at_once_end_in_the_oracles_candles(
    start: Start, run: Run, history: History, folder: Path, nightly: bool
) -> None:
    chance = random.Random(9)  # noqa: S311
    for _ in range(10 if nightly else 1):
        history.append(batch(chance, 200))
        engines = ("polars", "spark", "polars", "spark")
        runs = [start("ohlcv", "aggregate", "--engine", lake, "--now", NOW, "-q", cwd=folder) for lake in engines]
        for _ in range(3):
            history.append(batch(chance, 40))
        ended = [(process.communicate(timeout=PATIENCE), process.returncode) for process in runs]

        assert {code for _, code in ended} <= {0, 5}, ended
        last = run("ohlcv", "aggregate", "--now", NOW, "-q", cwd=folder)
        assert last.returncode == 0, last.stderr
        history.prove(UNTIL)
        assert branches(history) == {"main"}

"""The Spark engine through the `k2` command: the candles of Polars, clean output, killed runs and concurrent runs."""

import csv
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, M1, Timeframe
from engines.testing.history import History
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import split_files
from tests.end_to_end.history import batch, history_in
from tests.java import quick

pytestmark = pytest.mark.spark(process="own")

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
Together = Callable[..., list[str]]

ENGINES = ("spark", "polars")
AT_NIGHT = (0, 1, 3, 4, 11, 13, 18)
"""With 2 and 9 after each of the four commits to 1m (branch, files, publication, end of the branch), and after one or
two of each coarser table's four: a night has no time for all twenty."""
IN_ONE_PROCESS = """
import io, json, sys
from contextlib import redirect_stdout
from pyspark import SparkContext
from k2cli.__main__ import main

for line in json.loads(sys.argv[1]):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        code = main(line)
    out.seek(0)
    print(json.dumps([code, out.read()]), flush=True)
    assert SparkContext._active_spark_context, f"{line} has not started Java"
"""


@pytest.fixture
def together(environment: Mapping[str, str], folder: Path) -> Together:
    """Runs commands in one process, which starts Java once; what each of them writes to stdout.

    All of them end well, stderr is empty, and there is no output of Spark among their own. The first starts Java.
    """

    def ran(*lines: tuple[str, ...]) -> list[str]:
        ended = subprocess.run(
            [sys.executable, "-c", IN_ONE_PROCESS, json.dumps(lines)],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=PATIENCE,
        )
        found = [json.loads(line) for line in ended.stdout.splitlines()]

        assert (ended.returncode, ended.stderr) == (0, "")
        assert [code for code, _ in found] == [0] * len(lines), found
        return [out for _, out in found]

    return ran


@pytest.fixture
def run(run_apart: Run, run_here: Run, nightly: bool) -> Run:
    """Runs a command that starts no Java; in a process of its own only at night."""
    return run_apart if nightly else run_here


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


def test_real_trades_make_the_candles_that_polars_makes(run: Run, together: Together, folder: Path) -> None:
    for exchange, shifts in (("phemex", ("-4", "-4")), ("hitbtc", ("2", "0"))):
        shift = ("--price-shift", shifts[0], "--quantity-shift", shifts[1])
        file = str(DATA / f"{exchange}_trades.csv")
        imported = run("trades", "import", file, "--layout", "k2", *shift, "-q", cwd=folder)
        assert imported.returncode == 0, imported.stderr
    made, days, checked = together(
        ("ohlcv", "aggregate", "--engine", "spark", "--output", "json", "-q"),
        ("ohlcv", "show", "1d", "--engine", "spark", "--output", "csv"),
        ("ohlcv", "validate", "--against-trades", "--engine", "spark", "--output", "json", "-q"),
    )
    report = json.loads(made)

    assert report["engine"] == "spark"
    assert [table["status"] for table in report["tables"]] == ["updated"] * 5
    assert json.loads(checked)["exit_code"] == 0
    shown = {timeframe: _shown(run, folder, timeframe) for timeframe in DEFAULT_TIMEFRAMES}
    again = run("ohlcv", "aggregate", "--rebuild", "--output", "json", "-q", cwd=folder)
    changed = [t["candles_written"] + t["candles_removed"] for t in json.loads(again.stdout)["tables"]]

    # A rebuild by Polars from the same trades changes nothing.
    assert changed == [0] * 5
    assert {timeframe: _shown(run, folder, timeframe) for timeframe in DEFAULT_TIMEFRAMES} == shown
    assert shown[D1] == list(csv.DictReader(days.splitlines()))


def _shown(run: Run, folder: Path, timeframe: Timeframe) -> list[dict[str, str]]:
    ran = run("ohlcv", "show", timeframe.name, "--engine", "polars", "--output", "csv", cwd=folder)

    assert ran.returncode == 0, ran.stderr
    return list(csv.DictReader(ran.stdout.splitlines()))


def test_upkeep_by_spark(together: Together, history: History) -> None:
    """Files are compacted, old candles pruned, and the branch and the files that a killed run left are removed."""
    chance = random.Random(5)  # noqa: S311 - weather, not secrets
    history.append(batch(chance, 200))
    history.append([replace(row, timestamp=(row.timestamp or 0) + DAY) for row in batch(chance, 300)])
    history.run(UNTIL)
    table = history.lake.tables.target(M1)
    split_files(table, list(table.scan().plan_files()), 20)  # moves the head, so that the branch below is stale
    table.manage_snapshots().create_branch(table.metadata.snapshots[0].snapshot_id, f"k2_1_{32 * '0'}").commit()
    spark = ("--engine", "spark", "--output", "json", "-q")
    prune = ("ohlcv", "prune", "1m", "--older-than", "1d", "--now", NOW, "--yes")
    compacted, pruned = map(json.loads, together(("ohlcv", "compact", "1m", *spark), (*prune, *spark)))
    minutes = history.truth(M1, UNTIL)
    kept = [candle for candle in minutes if candle.window_start >= MIDNIGHT + DAY]

    assert (compacted["exit_code"], pruned["exit_code"]) == (0, 0)
    assert [(t["files_before"] > 20, t["files_after"]) for t in compacted["tables"]] == [(True, 2)]
    assert [t["rows"] for t in pruned["tables"]] == [len(minutes) - len(kept)]
    assert branches(history) == {"main"}
    assert history.candles(M1) == kept != []
    history.prove(UNTIL, *DEFAULT_TIMEFRAMES[1:])


@pytest.mark.parametrize(
    "kill",
    [(2, "spark"), (9, "polars"), *(pytest.param((n, ENGINES[n % 2]), marks=pytest.mark.long) for n in AT_NIGHT)],
)
def test_a_killed_driver_leaves_nothing_that_the_next_run_does_not_mend(
    start: Start, run_apart: Run, history: History, folder: Path, kill: tuple[int, str]
) -> None:
    """The moment is chosen by commits, not by the clock: a kill during the start of Java shows nothing."""
    moment, mender = kill
    chance = random.Random(moment)  # noqa: S311
    aggregate = ("ohlcv", "aggregate", "--now", NOW, "-q", "--engine")
    history.append(batch(chance, 200))
    history.run(UNTIL)
    history.append(batch(chance, 200))
    before = commits(history)
    process = start(*aggregate, "spark", cwd=folder)
    while process.poll() is None and commits(history) <= before + moment:
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=PATIENCE)
    ran = run_apart(*aggregate, mender, cwd=folder)

    assert process.returncode == -signal.SIGKILL
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

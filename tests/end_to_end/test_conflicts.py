"""Four concurrent runs on a growing source: none waits for a lock, and none spoils another's work."""

import random
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.domain.timeframe import DAY, Timeframe
from engines.testing.history import History
from engines.testing.strategies import MIDNIGHT
from tests.end_to_end.history import batch

NOW = "2024-03-03T00:00:00Z"

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., "subprocess.Popen[str]"]


def test_runs_at_once_end_in_the_oracles_candles(
    start_at_once: Start, run: Run, history: History, tmp_path: Path, nightly: bool
) -> None:
    rounds = 20 if nightly else 1
    chance = random.Random(7)  # noqa: S311 - weather, not secrets
    codes: Counter[int] = Counter()
    for _ in range(rounds):
        history.append(batch(chance, 300))
        runs = [start_at_once("ohlcv", "aggregate", "--now", NOW, "-q", cwd=tmp_path) for _ in range(4)]
        for _ in range(3):
            history.append(batch(chance, 50))
        ended = [(process.communicate(timeout=120), process.returncode) for process in runs]
        codes.update(code for _, code in ended)

        assert {code for _, code in ended} <= {0, 5}, ended
        assert all("Traceback" not in out + err for (out, err), _ in ended)
        last = run("ohlcv", "aggregate", "--now", NOW, "-q", cwd=tmp_path)
        assert last.returncode == 0, last.stderr
        history.prove(MIDNIGHT + 2 * DAY)
    print(f"{rounds} rounds of four runs at once: exit codes {dict(codes)}")  # noqa: T201 - the measure

    assert codes[0] >= rounds


@pytest.mark.parametrize("timeframes", [("1m", "5m"), ("1h", "1d")])
def test_runs_of_different_tables_do_not_meet(
    start_at_once: Start, history: History, tmp_path: Path, timeframes: tuple[str, str]
) -> None:
    history.append(batch(random.Random(8), 200))  # noqa: S311
    runs = [start_at_once("ohlcv", "aggregate", each, "--now", NOW, "-q", cwd=tmp_path) for each in timeframes]

    assert [(process.communicate(timeout=60)[1], process.returncode) for process in runs] == [("", 0)] * 2
    history.prove(MIDNIGHT + 2 * DAY, *map(Timeframe.parse, timeframes))

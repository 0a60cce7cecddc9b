"""A run that is killed at any moment leaves readable tables, which one ordinary run completes."""

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT

NOW = "2024-03-03T00:00:00Z"
UNTIL = MIDNIGHT + 2 * DAY

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., "subprocess.Popen[str]"]


def files(warehouse: Path) -> int:
    """Number of files of the tables."""
    return sum(len(names) for _, _, names in os.walk(warehouse))


def test_a_killed_run_leaves_nothing_that_the_next_one_does_not_mend(
    start: Start, run: Run, history: History, tmp_path: Path, nightly: bool
) -> None:
    kills = 50 if nightly else 2
    chance = random.Random(7)  # noqa: S311 - weather, not secrets
    aggregate = ("ohlcv", "aggregate", "--now", NOW, "-q")
    warehouse, usual = tmp_path / "k2-data" / "warehouse", 0
    published: Counter[int] = Counter()
    for kill in range(-2, kills):
        earlier = {timeframe: history.candles(timeframe) for timeframe in DEFAULT_TIMEFRAMES}
        history.append([trade(MIDNIGHT + chance.randrange(DAY), f"{kill}.{n}") for n in range(300)])
        before = files(warehouse)
        process = start(*aggregate, cwd=tmp_path)
        if kill >= 0:
            # The moment is chosen by the files written, not by the clock: speed varies, and a kill during the start of
            # a run shows nothing.
            moment = before + chance.randrange(usual)
            while process.poll() is None and files(warehouse) <= moment:
                time.sleep(0.001)
            process.kill()
        process.communicate(timeout=60)
        usual = files(warehouse) - before if kill < 0 else usual
        # Each table is either unchanged or complete, never in between.
        done = 0
        for timeframe in DEFAULT_TIMEFRAMES:
            found = history.candles(timeframe)
            done += found == history.truth(timeframe, UNTIL)
            assert found in (earlier[timeframe], history.truth(timeframe, UNTIL)), timeframe
        published[done] += kill >= 0
        ran = run(*aggregate, cwd=tmp_path)

        assert (ran.returncode, ran.stderr) == (0, "")
        history.prove(UNTIL)
    print(f"{kills} kills; runs by the number of tables they had published: {dict(sorted(published.items()))}")  # noqa: T201

"""Imports, runs and orders on trades at once: nothing is lost, nothing comes back, and candles end right."""

import random
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engines.testing.history import History, trades_of
from engines.testing.strategies import MIDNIGHT, MINUTE

HEADER = "exchange,symbol,trade_id,timestamp,price,quantity\n"
NOW = "2024-03-03T00:00:00Z"

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., "subprocess.Popen[str]"]


def test_imports_and_orders_at_once_spoil_nothing(
    start_at_once: Start, run: Run, history: History, tmp_path: Path, nightly: bool
) -> None:
    chance, codes = random.Random(7), Counter[int]()  # noqa: S311
    for number in range(10 if nightly else 1):
        for file in range(4):
            times = [MIDNIGHT + chance.randrange(600) * MINUTE for _ in range(50)]
            rows = [f"X,{'AB'[n % 2]},{number}.{file}.{n},{time},{n + 1},1\n" for n, time in enumerate(times)]
            (tmp_path / f"{number}.{file}.csv").write_text(HEADER + "".join(rows))
        lines = [
            *(f"trades import {number}.{file}.csv" for file in range(4)),
            "trades compact",
            "trades delete --exchange X --symbol B --yes",
            f"ohlcv aggregate --now {NOW}",
        ]
        ended = [start_at_once(*line.split(), "-q", cwd=tmp_path) for line in lines]
        said = [(process.communicate(timeout=120)[1], process.returncode) for process in ended]
        codes.update(code for _, code in said)

        assert {code for _, code in said} <= {0, 5}, said
        # Who was too late by a conflict says so, and does it again.
        for line, (_, code) in zip(lines, said, strict=True):
            again = run(*line.split(), "-q", cwd=tmp_path) if code else None
            assert again is None or again.returncode == 0, again
        assert run("trades", "delete", "--exchange", "X", "--symbol", "B", "--yes", "-q", cwd=tmp_path).returncode == 0
        assert run("trades", "compact", "-q", cwd=tmp_path).returncode == 0
        found = trades_of(history.table)
        assert len(found) == len({row.message_id for row in found}) == (number + 1) * 4 * 25
        assert {row.symbol for row in found} == {"A"}
        assert run("ohlcv", "aggregate", "--now", NOW, "-q", cwd=tmp_path).returncode == 0
        assert run("ohlcv", "validate", "--against-trades", "-q", cwd=tmp_path).returncode == 0
    print(f"exit codes: {dict(codes)}")  # noqa: T201 - the measure

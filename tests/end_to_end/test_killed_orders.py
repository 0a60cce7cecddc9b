"""Orders on trades that are killed right before their commit: the table is as it was, and the same order ends well."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from engines.faults import Point
from engines.testing.history import History, trade, trades_of
from engines.testing.strategies import MIDNIGHT, MINUTE

KILLED = """
import os, sys
from engines.faults import Point, armed
from k2cli.__main__ import main
with armed(Point(sys.argv[1]), lambda: os._exit(137)):
    main(sys.argv[2:])
"""
NOW = "2024-03-03T00:00:00Z"
ORDERS = {
    "trades delete --exchange binance --symbol ETHUSDT --yes -q": Point.WRITTEN,
    "trades compact -q": Point.WRITTEN,
    "trades undo second -q": Point.REMOVING,
}


def test_an_order_that_is_killed_before_its_commit_changes_nothing(
    run: Callable[..., subprocess.CompletedProcess[str]],
    history: History,
    environment: Mapping[str, str],
    tmp_path: Path,
) -> None:
    for name in ("first", "second"):
        history.bring(
            [
                trade(MIDNIGHT + n * MINUTE, f"{name}.{n}", symbol=symbol)
                for n, symbol in enumerate(["BTCUSDT", "ETHUSDT"])
            ],
            run_id=name,
        )
    head = history.table.metadata.current_snapshot_id
    processes = [
        subprocess.Popen([sys.executable, "-c", KILLED, point, *line.split()], cwd=tmp_path, env=environment)
        for line, point in ORDERS.items()
    ]

    assert [process.wait(timeout=120) for process in processes] == [137] * 3
    assert history.table.metadata.current_snapshot_id == head
    history.check()
    for line in reversed(ORDERS):
        ran = run(*line.split(), cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
    assert [row.message_id for row in trades_of(history.table)] == ["first.0"]
    assert run("ohlcv", "aggregate", "--now", NOW, "-q", cwd=tmp_path).returncode == 0
    assert run("ohlcv", "validate", "--against-trades", "-q", cwd=tmp_path).returncode == 0

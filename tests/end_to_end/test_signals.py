"""Ctrl-C and SIGTERM: an error message, the documented exit code, and nothing half-done."""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_and_leaves_the_tables_as_they_were(
    start: Callable[..., "subprocess.Popen[str]"],
    run: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
    number: signal.Signals,
    code: int,
) -> None:
    run("ohlcv", "create-tables", "--with-trades", cwd=tmp_path)
    process = start("trades", "generate", "--trades", "50000000", cwd=tmp_path)
    data = tmp_path / "k2-data" / "warehouse"
    deadline = time.monotonic() + 30
    while not list(data.rglob("*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (code, "")
    assert err.startswith(("error: interrupted", "error: terminated"))
    assert "Traceback" not in err
    status = json.loads(run("ohlcv", "status", "-o", "json", cwd=tmp_path).stdout)
    assert status["tables"][0]["rows"] == 0
    assert len(list(data.rglob("*.parquet"))) <= 1  # the file that was being written

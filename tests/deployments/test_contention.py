"""Several runs at once on catalogs for several machines: one wins each commit, and nothing is lost or doubled."""

import subprocess
from collections.abc import Callable

import pytest

from engines.domain.timeframe import DEFAULT_TIMEFRAMES
from engines.testing.oracle import candles
from tests.deployments.deployment import Deployment, expected
from tests.deployments.trades import deliveries, real_trades, write

pytestmark = pytest.mark.services

Settle = Callable[[str, str, str], Deployment]

RUNS = 3
DONE_OR_LATER = {0, 5}


@pytest.mark.parametrize("catalog", ["postgresql", "rest"])
def test_runs_at_once_make_what_one_run_makes(settle: Settle, catalog: str) -> None:
    trades = real_trades()
    first, late = deliveries(trades)
    k2 = settle("polars", catalog, "files")
    write(first, k2.folder / "first.csv")
    write(late, k2.folder / "late.csv")
    k2("ohlcv create-tables --with-trades")

    # A delivery comes while others are folded.
    k2("trades import first.csv")
    runs = [k2.start("ohlcv aggregate") for _ in range(RUNS)]
    imported = k2.start("trades import late.csv")
    codes = [ended(run) for run in runs]

    assert ended(imported) == 0
    assert set(codes) <= DONE_OR_LATER
    assert 0 in codes

    k2("ohlcv aggregate")
    k2("ohlcv validate --against-trades")
    for timeframe in DEFAULT_TIMEFRAMES:
        assert k2.candles(timeframe) == [expected(candle) for candle in candles(trades, timeframe.duration)]


def ended(run: "subprocess.Popen[str]") -> int:
    """The code of a run, at its end."""
    _, said = run.communicate(timeout=120)

    assert "Traceback" not in said
    return run.returncode

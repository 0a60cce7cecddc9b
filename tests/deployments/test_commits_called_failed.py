"""Behind a proxy that calls commits failed which stand, Spark's own among them, no file in use is deleted."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from engines.domain.timeframe import M1
from engines.testing.oracle import candles
from tests.deployments.deployment import Deployment, expected
from tests.deployments.refusing import refusing
from tests.deployments.trades import real_trades, write
from tests.regressions.standing import missing_files

pytestmark = [pytest.mark.services, pytest.mark.spark, pytest.mark.long]

Settle = Callable[[str, str, str], Deployment]

MADE = 4
"""Commits of a run of Spark for a table: to make a branch, write to it, publish the files, drop the branch."""

RUNS = {0, 5, 7}


def test_each_commit_of_a_run_of_spark_may_be_called_failed(settle: Settle) -> None:
    trades = real_trades()
    k2 = settle("spark", "rest", "files")
    k2("ohlcv create-tables --with-trades")
    with refusing(k2.place.properties["uri"]) as proxy:
        behind = replace(k2, place=replace(k2.place, variables={"K2_CATALOG__URI": proxy.address}))
        for number in range(1, MADE + 1):
            write(trades[number - 1 :: MADE], k2.folder / f"{number}.csv")
            k2(f"trades import {number}.csv --engine polars")
            proxy.arm(number)
            with behind.start("ohlcv aggregate 1m") as run:
                _, said = run.communicate(timeout=400)

            assert proxy.commits >= number
            assert run.returncode in RUNS, said
            assert "Traceback" not in said
            with closing(k2.catalog()) as catalog:
                assert not missing_files(catalog.load_table("market_data.gold_ohlcv_1m"))
            k2("ohlcv aggregate 1m --engine polars")
            k2("ohlcv validate 1m --against-trades --deep --engine polars")
    assert k2.candles(M1) == [expected(candle) for candle in candles(trades, M1.duration)]

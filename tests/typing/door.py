"""What those who call k2 from Python see of its types; mypy reads it, nobody runs it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import assert_type

import polars as pl

import k2cli
from engines.errors import Failure
from k2cli.reports import AggregateReport, StatusReport, ValidateReport


def opened() -> None:
    """A lake is opened by a path and by settings."""
    assert_type(k2cli.open(), k2cli.Lake)
    assert_type(k2cli.open(Path("k2.toml"), engine="polars", tables={"namespace": "mine"}, grace="10s"), k2cli.Lake)
    with k2cli.open("k2.toml") as lake:
        assert_type(lake, k2cli.Lake)
    k2cli.open(engine=1)  # type: ignore[arg-type]


def read(lake: k2cli.Lake) -> None:
    """Candles and trades are frames; times are texts, dates or datetimes."""
    candles = lake.candles("1h", symbol="BTCUSDT", exchange="binance", start="2024-01-01", end=date(2024, 1, 2))
    assert_type(candles, pl.DataFrame)
    assert_type(lake.trades(symbol="BTCUSDT", start=datetime(2024, 1, 1, tzinfo=UTC)), pl.DataFrame)
    lake.candles("1h", "BTCUSDT")  # type: ignore[call-arg]
    lake.candles("1h", start=1_709_251_200)  # type: ignore[arg-type]


def kept(lake: k2cli.Lake) -> None:
    """What the commands do comes back as their reports."""
    report = lake.refresh("1m", "5m", lookback="2h", dry_run=True)
    assert_type(report, AggregateReport)
    assert_type(report.failures, tuple[Failure, ...])
    assert_type(report.tables[0].candles_written, int)
    assert_type(lake.validate("1m", against_trades=True, max_lag="15m"), ValidateReport)
    assert_type(lake.status(now="2024-01-01T12:00"), StatusReport)
    lake.refresh(["1m"])  # type: ignore[arg-type]

"""How long the page of a chart takes to be written and to open: ``python -m tests.benchmarks.chart_page [CANDLES]``.

Processor time of the browser beside the time on the clock, which a machine at work makes longer. 500,000 candles are to
open in less than 3 s.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from engines.domain.timeframe import MINUTE
from k2cli.rendering.html_chart import PageTitle, page
from tests.browser import browser

TITLE = PageTitle(
    exchange="binance",
    symbol="BTCUSDT",
    timeframe="1m",
    dates=False,
    table="gold_ohlcv_1m",
    snapshot_id=None,
    committed=None,
)


def candles(count: int) -> pl.DataFrame:
    """Candles of a walk at random, with a window in fifty that is missing."""
    draw = np.random.default_rng(1)
    kept = np.sort(draw.choice(count * 51 // 50, count, replace=False))
    closed = 6_000_000 + np.cumsum(draw.integers(-900, 901, count))
    opened = np.concatenate([[6_000_000], closed[:-1]])
    cents = {
        "open_price": opened,
        "high_price": np.maximum(opened, closed) + draw.integers(0, 600, count),
        "low_price": np.minimum(opened, closed) - draw.integers(0, 600, count),
        "close_price": closed,
        "vwap": (opened + closed) // 2,
        "volume": draw.integers(1, 10**7, count),
    }
    starts = pl.Series(1_640_995_200_000_000 + kept.astype("int64") * MINUTE)
    return pl.DataFrame(
        {
            "window_start": starts.cast(pl.Datetime("us", "UTC")),
            "window_end": (starts + MINUTE).cast(pl.Datetime("us", "UTC")),
            **{name: (pl.Series(values) / 100).round(2).cast(pl.Decimal(38, 8)) for name, values in cents.items()},
            "trade_count": draw.integers(1, 900, count),
        }
    )


def processor_seconds(process: int) -> float:
    """Processor time of the processes that a process has started, and of theirs."""
    total = 0.0
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text(encoding="utf-8").split():
            fields = Path(f"/proc/{child}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + processor_seconds(int(child))
    return total


def main(count: int) -> None:
    """Write a page, open it three times, and print what it took."""
    batches = candles(count).to_arrow().to_batches(max_chunksize=65_536)
    with tempfile.TemporaryDirectory() as folder, browser() as opened:
        file = Path(folder) / "chart.html"
        began = time.process_time()
        file.write_text("".join(page(TITLE, batches)), encoding="utf-8")
        took, size = time.process_time() - began, file.stat().st_size
        print(f"{count:,} candles written: {took:.2f} s of processor time, {size / 1e6:.1f} MB")  # noqa: T201
        for _ in range(3):
            began, before = time.perf_counter(), processor_seconds(os.getpid())
            opened.visit(file)
            took, spent = time.perf_counter() - began, processor_seconds(os.getpid()) - before
            print(f"opened: {took:.2f} s, {spent:.2f} s of processor time")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)

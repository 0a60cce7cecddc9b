"""How fast candles of other lengths are read, beside DuckDB on the same Parquet files.

    python -m tests.benchmarks.reading [--days 90] [--series 200]

makes a warehouse of 1m, 5m, 30m, 1h and 1d candles in a temporary folder (90 days of 200 series: 26 million rows of 1m)
and reads 4h, 15m and local days of one series and of all. Each contender has a process of its own; the first reading
of each (with imports) and the best of five are printed in milliseconds. DuckDB merges the files of the table that k2
chooses: 1h for 4h and local days, 5m for 15m. Numbers of rows, of trades and the sum of volumes are compared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from engines.base import WindowQuery
from engines.domain.decimals import SCALE
from engines.domain.identity import Identity
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, M1, to_instant
from engines.domain.watermark import Watermark, algebra
from engines.domain.window import parse_windows
from engines.embedded.rollup import rollup, to_candles, to_sums
from tests.benchmarks.export import FIRST, day, lake_in

READINGS = {"4h": ("4h", "UTC", "1h"), "15m": ("15m", "UTC", "5m"), "day": ("1d", "America/New_York", "1h")}
SYMBOL = "COIN0042USDT"
DUCKDB = """
SELECT exchange, symbol, {start} AS start, min_by(open_price, window_start), max(high_price), min(low_price),
       max_by(close_price, window_start), sum(volume) AS volume, sum(trade_count) AS trades, sum(quote_volume),
       sum(buy_volume), sum(buy_quote_volume)
FROM read_parquet('{files}') {where} GROUP BY ALL ORDER BY ALL
"""
STARTS = {
    "4h": "time_bucket(INTERVAL 4 hours, window_start)",
    "15m": "time_bucket(INTERVAL 15 minutes, window_start)",
    "day": "date_trunc('day', window_start AT TIME ZONE 'America/New_York')",
}
OVER = {
    "4h": "true",
    "15m": "true",
    "day": "window_start < (SELECT max(window_end) - INTERVAL 20 hours FROM read_parquet('{files}'))",
}
"""Of the last local day only a part is there: k2 leaves it out, as it is not over."""
Answer = tuple[int, int, str]


def fill(folder: Path, days: int, series: int) -> None:
    """Write the candles of all tables, a file a day, as a run would leave them."""
    lake = lake_in(folder)
    lake.create_tables()
    tables = {timeframe: lake.tables.target(timeframe) for timeframe in DEFAULT_TIMEFRAMES}
    chance = np.random.default_rng(1)
    for number in range(days):
        date = FIRST + timedelta(days=number)
        minutes = day(date, series, chance)
        until = to_instant(datetime(date.year, date.month, date.day, tzinfo=UTC)) + DAY
        mark = Watermark(
            source_uuid="-",
            source_snapshot_id=1,
            source_sequence_number=1,
            closed_until=until,
            algebra=algebra(Identity.ID),
        ).summary(engine="polars", run_id=str(number), version="benchmark")
        for timeframe, table in tables.items():
            found = minutes if timeframe == M1 else _merged(minutes, timeframe)
            rows = found.select(minutes.columns).to_arrow(compat_level=pl.CompatLevel.oldest())
            table.append(rows.cast(table.schema().as_arrow()), snapshot_properties=mark)


def _merged(minutes: pl.DataFrame, timeframe: object) -> pl.DataFrame:
    sums = rollup(to_sums(minutes.lazy()), timeframe)  # type: ignore[arg-type]
    candles = to_candles(sums, timeframe, SCALE).collect()  # type: ignore[arg-type]
    written = (pl.lit(minutes[name][0]).alias(name) for name in ("created_at", "updated_at"))
    return candles.with_columns(*written).sort("exchange", "symbol", "window_start")


def ours(folder: Path, reading: str, symbol: str | None) -> Answer:
    """Read with k2, into a frame."""
    length, zone, _ = READINGS[reading]
    query = WindowQuery(windows=parse_windows(length, zone=zone), symbol=symbol)
    found = pl.DataFrame(lake_in(folder).merged_candles(query).batches.read_all())
    return found.height, int(found["trade_count"].sum()), str(found["volume"].sum())


def duckdb(folder: Path, reading: str, symbol: str | None) -> Answer:
    """Merge with DuckDB, which gets the files themselves; it neither knows whether they are current nor pins them."""
    import duckdb

    files = f"{folder}/warehouse/market_data/gold_ohlcv_{READINGS[reading][2]}/data/**/*.parquet"
    named = "" if symbol is None else f" AND symbol = '{symbol}'"
    connection = duckdb.connect()
    connection.execute(f"SET threads = {os.cpu_count()}")
    statement = DUCKDB.format(
        start=STARTS[reading], files=files, where=f"WHERE {OVER[reading].format(files=files)}{named}"
    )
    found = pl.DataFrame(connection.execute(statement).to_arrow_table())
    return found.height, int(found["trades"].sum()), str(found["volume"].sum())


CONTENDERS: dict[str, Callable[[Path, str, str | None], Answer]] = {"k2": ours, "duckdb": duckdb}


def measured(name: str, folder: Path, reading: str, symbol: str | None) -> dict[str, object]:
    """Run a contender in this process, and measure it."""
    times = []
    for _ in range(6):
        began = time.perf_counter()
        answer = CONTENDERS[name](folder, reading, symbol)
        times.append(round(1000 * (time.perf_counter() - began)))
    return {
        "contender": name,
        "reading": reading,
        "series": symbol or "all",
        "first_ms": times[0],
        "best_ms": min(times[1:]),
        "answer": answer,
    }


def main() -> None:
    """Measure all, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="keep the warehouse here, or take the one that is there")
    parser.add_argument("--round", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.round:
        name, reading, symbol = given.round
        sys.stdout.write(json.dumps(measured(name, given.folder, reading, symbol or None)) + "\n")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / "catalog.db").exists():
            folder.mkdir(exist_ok=True)
            fill(folder, given.days, given.series)
        for reading in READINGS:
            for symbol in (SYMBOL, ""):
                answers = set()
                for name in CONTENDERS:
                    line = [
                        sys.executable,
                        "-m",
                        "tests.benchmarks.reading",
                        "--folder",
                        str(folder),
                        "--round",
                        name,
                        reading,
                        symbol,
                    ]
                    said = subprocess.run(line, check=True, capture_output=True, text=True).stdout
                    sys.stdout.write(said)
                    answers.add(tuple(json.loads(said)["answer"]))
                if len(answers) != 1:
                    raise SystemExit(f"the contenders differ: {sorted(answers)}")


if __name__ == "__main__":
    main()

"""How fast candles are exported, beside DuckDB's COPY of the same Parquet files.

    python tests/benchmarks/export.py [--days 90] [--series 200]

makes a warehouse of 1m candles in a temporary folder (90 days of 200 series: 26 million rows, 1.3 GB, and 13 GB for the
largest file), exports it in each format, and prints a line for each: rows a second by the clock and by processor time,
and the greatest memory of the process. Each contender has a process of its own. DuckDB copies in the order of its
files, and once in ours, by time. Numbers and sums of rows are compared. On a machine that does other things only the
processor times can be compared.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from engines.base import CandleQuery, CatalogConfig, EngineConfig
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, M1, MINUTE
from engines.lake import Lake
from engines.registry import open_lake

FIRST = date(2024, 1, 1)
WINDOWS = DAY // MINUTE
COPY = "COPY (FROM read_parquet('{files}') {order}) TO '{out}' ({options})"
DUCKDB = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv",
    "ndjson": "FORMAT json",
}


def lake_in(folder: Path) -> Lake:
    """The lake of a folder."""
    properties = {"type": "sql", "uri": f"sqlite:///{folder}/catalog.db", "warehouse": f"file://{folder}/warehouse"}
    catalog = CatalogConfig(name="k2", properties=properties)
    return open_lake("polars", EngineConfig(catalog=catalog, names=TableNames(), version="benchmark"))


def fill(folder: Path, days: int, series: int) -> None:
    """Write the candles, a file a day."""
    lake = lake_in(folder)
    lake.create_tables()
    table, chance = lake.tables.target(M1), np.random.default_rng(1)
    for number in range(days):
        candles = day(FIRST + timedelta(days=number), series, chance)
        table.append(candles.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(table.schema().as_arrow()))


def day(date_: date, series: int, chance: np.random.Generator) -> pl.DataFrame:
    """A day of candles; prices go at random, with four places, and volumes with eight."""
    rows = series * WINDOWS
    begin = int(datetime(date_.year, date_.month, date_.day, tzinfo=UTC).timestamp()) * 1_000_000
    starts = np.tile(begin + np.arange(WINDOWS) * MINUTE, series)
    steps = np.cumsum(chance.integers(-10, 11, (series, WINDOWS)), axis=1).ravel()
    low = (np.repeat(chance.integers(10**4, 10**8, series), WINDOWS) + np.abs(steps)) * 10**4
    spread = chance.integers(0, 100, rows) * 10**4
    volume = chance.integers(1, 10**11, rows)
    price, total = pl.Decimal(18, 8), pl.Decimal(38, 8)

    def exact(unscaled: Any, dtype: pl.Decimal) -> pl.Series:  # noqa: ANN401 - an array of numpy
        return pl.Series(unscaled).cast(pl.Int128).reinterpret(dtype=total).cast(dtype)

    frame = pl.DataFrame(
        {
            "symbol": np.repeat([f"COIN{n:04}USDT" for n in range(series)], WINDOWS),
            "exchange": ["binance"] * rows,
            "window_start": pl.Series(starts).cast(pl.Datetime("us", "UTC")),
            "window_end": pl.Series(starts + MINUTE).cast(pl.Datetime("us", "UTC")),
            "window_date": [date_] * rows,
            "open_price": exact(low + spread // 2, price),
            "high_price": exact(low + spread, price),
            "low_price": exact(low, price),
            "close_price": exact(low + spread // 3, price),
            "volume": exact(volume, total),
            "trade_count": chance.integers(1, 500, rows),
            "vwap": exact(low + spread // 2, price),
            "created_at": [datetime(2024, 6, 1, tzinfo=UTC)] * rows,
            "updated_at": [datetime(2024, 6, 1, tzinfo=UTC)] * rows,
            "buy_volume": exact(volume // 2, total),
        }
    )
    quote = ((pl.col(name) * pl.col("vwap")).cast(pl.Decimal(38, 16)) for name in ("volume", "buy_volume"))
    frame = frame.with_columns(*(each.alias(f"quote_{n}") for n, each in enumerate(quote)))
    return frame.rename({"quote_0": "quote_volume", "quote_1": "buy_quote_volume"}).select(
        *frame.columns[:14], "quote_volume", "buy_volume", "buy_quote_volume"
    )


def ours(folder: Path, format_: str, out: Path) -> int:  # noqa: ARG001 - the name of the file tells it
    """Export with k2; return the number of rows."""
    from k2cli.jobs.export import ExportRequest, export

    request = ExportRequest(path=out, force=True, run_id="benchmark")
    return export(lake_in(folder), CandleQuery(timeframe=M1), request, now=0).candles


def duckdb(folder: Path, format_: str, out: Path, order: str = "") -> int:
    """Export with DuckDB, which gets the files themselves."""
    import duckdb

    files = f"{folder}/warehouse/market_data/gold_ohlcv_1m/data/**/*.parquet"
    connection = duckdb.connect()
    connection.execute(f"SET threads = {os.cpu_count()}")
    statement = COPY.format(files=files, order=order, out=out, options=DUCKDB[format_])
    ((rows,),) = connection.execute(statement).fetchall()
    return int(rows)


def by_time(folder: Path, format_: str, out: Path) -> int:
    """The same, sorted as our files are."""
    return duckdb(folder, format_, out, "ORDER BY window_start, exchange, symbol")


CONTENDERS: dict[str, Callable[[Path, str, Path], int]] = {"k2": ours, "duckdb": duckdb, "duckdb by time": by_time}
ROUNDS = [
    *((name, format_) for format_ in ("parquet", "csv", "ndjson") for name in ("k2", "duckdb")),
    ("duckdb by time", "parquet"),
    ("k2", "feather"),
    ("k2", "csv.gz"),
]


def volume(path: Path, format_: str) -> object:
    """The sum of all volumes of a Parquet file, by which two of them are compared; None of others, which take long."""
    return pl.scan_parquet(path).select(pl.col("volume").sum()).collect().item() if format_ == "parquet" else None


def measured(name: str, folder: Path, format_: str) -> dict[str, object]:
    """Run a contender in this process, and measure it."""
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        out, began, used = Path(aside) / f"out.{format_}", time.perf_counter(), time.process_time()
        rows = CONTENDERS[name](folder, format_, out)
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        return {
            "contender": name,
            "format": format_,
            "rows": rows,
            "rows_a_second": round(rows / seconds),
            "rows_a_processor_second": round(rows / processor),
            "volume": str(volume(out, format_)),
            "output_mib": out.stat().st_size >> 20,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        }


def main() -> None:
    """Measure all, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="keep the warehouse here, or take the one that is there")
    parser.add_argument("--round", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.round:
        sys.stdout.write(json.dumps(measured(given.round[0], given.folder, given.round[1])) + "\n")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / "catalog.db").exists():
            folder.mkdir(exist_ok=True)
            fill(folder, given.days, given.series)
        answers = set()
        for name, format_ in ROUNDS:
            line = [sys.executable, __file__, "--folder", str(folder), "--round", name, format_]
            said = subprocess.run(line, check=True, capture_output=True, text=True).stdout
            sys.stdout.write(said)
            answers |= {
                (key, value) for key, value in json.loads(said).items() if key in ("rows", "volume") and value != "None"
            }
        if len(answers) != 2:
            raise SystemExit(f"the contenders differ: {sorted(answers)}")


if __name__ == "__main__":
    main()

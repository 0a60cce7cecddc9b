"""How fast files of trades are imported, beside Polars, which reads the same columns and keeps nothing.

    python tests/benchmarks/trade_files.py [--rows 3000000]

makes a day of trades (one in a hundred is delivered twice) as csv of Binance, plain and in a zip archive, as Parquet
and as JSON lines in a temporary folder, and prints a line for each: by the clock and by processor time the job alone,
beyond imports of modules, and the whole process, and its greatest memory. Each contender has a process of its own;
numbers and sums of rows are compared. On a machine that does other things only the processor times can be compared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl

NAME = "BTCUSDT-trades-2024-01-01"
COLUMNS = ("id", "price", "quantity", "quote", "time", "is_buyer_maker", "is_best_match")
NOW = 1_735_689_600_000_000
_LINE = "{:<34}{:>7.2f}{:>7.2f}{:>8.2f}{:>7.2f}{:>11.2f}{:>8.0f}"


def trades(rows: int) -> pl.DataFrame:
    """A walk at random, as Binance writes it."""
    chance = np.random.default_rng(1)
    ids = np.sort(np.concatenate([np.arange(rows - rows // 100), chance.integers(0, rows // 2, rows // 100)]))
    price = (4_200_000 + np.cumsum(chance.integers(-9, 10, rows)))[ids]
    quantity = chance.integers(1, 10_000_000, rows)[ids]
    frame = pl.DataFrame(
        {
            "id": 2_800_000_000 + ids,
            "price": price * 10**6,
            "quantity": quantity * 10**3,
            "quote": price * quantity * 10,
            "time": 1_704_067_200_000 + ids * 86_400_000 // rows,
            "is_buyer_maker": chance.integers(0, 2, rows).astype(bool)[ids],
            "is_best_match": True,
        }
    )
    decimals = pl.col("price", "quantity", "quote")
    return frame.with_columns(decimals.cast(pl.Int128).reinterpret(dtype=pl.Decimal(38, 8)).cast(pl.Decimal(18, 8)))


def files_in(folder: Path) -> dict[str, Path]:
    """The files by the names of what they are."""
    names = {"csv": f"{NAME}.csv", "csv.zip": f"{NAME}.zip", "Parquet": "k2.parquet", "JSON lines": "k2.jsonl"}
    return {kind: folder / name for kind, name in names.items()}


def write(folder: Path, rows: int) -> None:
    """Write the files."""
    frame = trades(rows)
    files = files_in(folder)
    maker = pl.when("is_buyer_maker").then(pl.lit("True")).otherwise(pl.lit("False"))
    text = frame.with_columns(maker.alias("is_buyer_maker"), is_best_match=pl.lit("True"))
    text.write_csv(files["csv"], include_header=False)
    with zipfile.ZipFile(files["csv.zip"], "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(files["csv"], files["csv"].name)
    side = pl.when("is_buyer_maker").then(pl.lit("sell")).otherwise(pl.lit("buy"))
    ours = frame.select(
        pl.lit("binance").alias("exchange"),
        pl.lit("BTCUSDT").alias("symbol"),
        pl.col("id").alias("trade_id"),
        pl.col("time").alias("timestamp"),
        "price",
        "quantity",
        side.alias("side"),
    )
    ours.write_parquet(files["Parquet"])
    ours.with_columns(pl.col("price", "quantity").cast(pl.String)).write_ndjson(files["JSON lines"])


def by_polars(file: Path) -> pl.DataFrame:
    """All columns, numbers as floats where the file has text."""
    if file.suffix == ".parquet":
        return pl.read_parquet(file)
    if file.suffix == ".jsonl":
        return pl.read_ndjson(file)
    if file.suffix == ".csv":
        return pl.read_csv(file, has_header=False, new_columns=COLUMNS)
    with zipfile.ZipFile(file) as archive:
        return pl.read_csv(archive.read(f"{NAME}.csv"), has_header=False, new_columns=COLUMNS)


def by_k2(file: Path) -> pl.DataFrame:
    """What is in the table after an import."""
    # Polars' process is not to pay for them.
    from engines.base import CatalogConfig, EngineConfig, Silence
    from engines.domain.tables import TableNames
    from engines.registry import open_lake
    from k2cli.jobs.import_trades import Delivery, import_trades

    with tempfile.TemporaryDirectory() as folder:
        properties = {"type": "sql", "uri": f"sqlite:///{folder}/catalog.db", "warehouse": f"file://{folder}/warehouse"}
        catalog = CatalogConfig(name="k2", properties=properties)
        lake = open_lake("polars", EngineConfig(catalog=catalog, names=TableNames(), version="benchmark"))
        exchange = "binance" if file.stem == NAME else None
        delivery = Delivery(
            files=[file],
            exchange=exchange,
            symbol=None,
            timestamp_unit=None,
            strict=True,
            rejects=Path(folder) / "rejects.csv",
        )
        with timed():
            import_trades(lake, lambda: NOW, delivery, create=True, run_id="benchmark", observer=Silence())
        return pl.read_parquet(f"{folder}/warehouse/**/*.parquet", columns=["price", "quantity"])


@contextmanager
def timed() -> Iterator[None]:
    """Say what the body takes."""
    start, processor = time.perf_counter(), time.process_time()
    yield
    say(json.dumps({"job": time.perf_counter() - start, "job_cpu": time.process_time() - processor}))


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def contend(who: str, file: Path) -> None:
    """Read a file, and print how long that took and what was read."""
    if who == "k2":
        frame = by_k2(file)
    else:
        with timed():
            frame = by_polars(file)
    total = frame.select(pl.col("price", "quantity").cast(pl.Float64).sum()).row(0)
    say(json.dumps({"rows": frame.height, "price": total[0], "quantity": total[1]}))


def measured(who: str, file: Path) -> dict[str, float]:
    """The figures of a contender."""
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, __file__, "--contender", who, str(file)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    told = [json.loads(line) for line in child.stdout.read().splitlines()]
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{who} failed with {file.name}")
    figures: dict[str, float] = {"process": time.perf_counter() - start, "process_cpu": usage.ru_utime + usage.ru_stime}
    for each in (*told, {"memory": usage.ru_maxrss / 1024}):
        figures.update(each)
    return figures


def main(rows: int) -> None:
    """Print the table."""
    say(f"{'':<34}{'job':>7}{'cpu':>7}{'process':>8}{'cpu':>7}{'Mrows/s cpu':>12}{'MB':>7}")
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: a child begins with the memory of its parent.
        subprocess.run([sys.executable, __file__, "--rows", str(rows), "--write", folder], check=True)
        for kind, file in files_in(Path(folder)).items():
            polars, k2 = measured("polars", file), measured("k2", file)
            if any(abs(polars[name] - k2[name]) > 1e-9 * polars[name] for name in ("rows", "price", "quantity")):
                raise SystemExit(f"{kind}: the answers differ: {polars} and {k2}")
            for who, found in (("polars", polars), ("k2", k2)):
                speed = rows / found["job_cpu"] / 1e6
                times = [found[name] for name in ("job", "job_cpu", "process", "process_cpu")]
                say(_LINE.format(f"{kind}, {who}", *times, speed, found["memory"]))
            ratios = [k2[name] / polars[name] for name in ("job", "job_cpu", "process", "process_cpu")]
            say("{:<34}{:>6.1f}x{:>6.1f}x{:>7.1f}x{:>6.1f}x".format(f"{kind}, ratio", *ratios))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--contender", nargs=2, metavar=("WHO", "FILE"))
    parser.add_argument("--write", metavar="FOLDER", type=Path)
    options = parser.parse_args()
    if options.write:
        write(options.write, options.rows)
    elif options.contender:
        contend(options.contender[0], Path(options.contender[1]))
    else:
        main(options.rows)

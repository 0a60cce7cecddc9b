"""DuckDB, pandas, Polars and Spark read the same numbers from exported Parquet, whole or in partitions."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from k2cli.export import ExportRequest, planned, write
from tests.machine import module

SYMBOLS = [
    "BTC/USDT",
    "btc/usdt",
    "..",
    "a b",
    "100%",
    "%41",
    "ünï€",
    "<script>",
    "=",
    "x" * 60,
    "1000",
    "a\tb",
    "'q\"",
    "*?",
]
LARGEST = Decimal("999999999999999999999999999999.99999999")


@pytest.fixture(scope="module")
def candles() -> pa.Table:
    """Two candles of each symbol, with the largest and the smallest volumes."""
    rows = [
        {
            "exchange": "X",
            "symbol": symbol,
            "window_start": datetime(2024, 3, 1, tzinfo=UTC) + timedelta(minutes=n),
            "volume": LARGEST if n else Decimal(place + 1).scaleb(-8),
        }
        for place, symbol in enumerate(sorted(SYMBOLS))
        for n in range(2)
    ]
    types = {"window_start": pa.timestamp("us", tz="UTC"), "volume": pa.decimal128(38, 8)}
    return pa.Table.from_pylist(rows, pa.schema([(name, types.get(name, pa.string())) for name in rows[0]]))


@pytest.fixture(scope="module")
def exported(candles: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the candles in one file, and in partitions."""
    folder = tmp_path_factory.mktemp("exported")
    for name, partitioned in (("all.parquet", False), ("parts", True)):
        plan = planned(ExportRequest(path=folder / name, partitioned=partitioned, run_id="run"), "1m")
        write([candles], candles.schema, plan.output, plan.place)
    return folder


def by_polars(folder: Path) -> tuple[Any, Any]:
    hive = pl.scan_parquet(folder / "parts/**/*.parquet", hive_schema={"exchange": pl.String, "symbol": pl.String})
    return pl.read_parquet(folder / "all.parquet").to_dicts(), hive.collect().to_dicts()


def by_duckdb(folder: Path) -> tuple[Any, Any]:
    duckdb = module("duckdb", "services")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    parts = f"read_parquet('{folder}/parts/**/*.parquet', hive_types = {{'exchange': VARCHAR, 'symbol': VARCHAR}})"
    whole = f"read_parquet('{folder}/all.parquet')"
    return tuple(connection.sql(f"FROM {each}").to_arrow_table().to_pylist() for each in (whole, parts))


def by_pandas(folder: Path) -> tuple[Any, Any]:
    pandas = module("pandas", "services")
    frame = pandas.read_parquet(folder / "all.parquet")
    whole = frame.assign(window_start=frame["window_start"].map(pandas.Timestamp.to_pydatetime, na_action=None))
    return whole.astype(object).to_dict("records"), None


SPARK = """
import json, sys
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "UTC").config(
    "spark.ui.enabled", "false").config("spark.sql.sources.partitionColumnTypeInference.enabled", "false").getOrCreate()
for path in ("all.parquet", "parts"):
    rows = spark.read.parquet(f"{sys.argv[1]}/{path}").selectExpr(
        "exchange", "symbol", "unix_micros(window_start) AS window_start", "cast(volume AS string) AS volume").collect()
    print("ROWS", json.dumps([row.asDict() for row in rows]))
"""


def by_spark(folder: Path) -> tuple[Any, Any]:
    ran = subprocess.run([sys.executable, "-c", SPARK, str(folder)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found = [json.loads(line.removeprefix("ROWS ")) for line in ran.stdout.splitlines() if line.startswith("ROWS ")]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    whole, parts = (
        [
            row
            | {"volume": Decimal(row["volume"]), "window_start": epoch + timedelta(microseconds=row["window_start"])}
            for row in rows
        ]
        for rows in found
    )
    return whole, parts


@pytest.mark.parametrize(
    "read",
    [
        by_polars,
        pytest.param(by_duckdb, marks=pytest.mark.extras),
        pytest.param(by_pandas, marks=pytest.mark.extras),
        pytest.param(by_spark, marks=pytest.mark.spark(process="own")),
    ],
)
def test_the_numbers_and_names_are_those_of_the_table(
    exported: Path, candles: pa.Table, read: Callable[[Path], tuple[Any, Any]]
) -> None:
    whole, parts = read(exported)

    assert ordered(whole) == ordered(candles.to_pylist())
    if parts is not None:
        assert ordered(parts) == ordered(candles.to_pylist())


def ordered(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((row["exchange"], row["symbol"], row["window_start"], row["volume"]) for row in rows)

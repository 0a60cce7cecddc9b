"""An export of 100 million candles needs no more memory than one of a million."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.long

PROGRAM = """
import resource, sys
from decimal import Decimal
from itertools import repeat

import pyarrow as pa

from k2cli.export import ExportRequest, Format, STDOUT, gathered, planned, write

rows, size = int(sys.argv[1]), 50_000
batch = pa.record_batch({
    "symbol": pa.array(["BTCUSDT"] * size), "exchange": pa.array(["binance"] * size),
    "window_start": pa.array(range(size), pa.timestamp("us", tz="UTC")),
    "close_price": pa.array([Decimal(n) for n in range(size)], pa.decimal128(18, 8)),
    "volume": pa.array([Decimal(n) for n in range(size)], pa.decimal128(38, 8)),
})
with open("/dev/null", "wb") as stream:
    plan = planned(ExportRequest(path=STDOUT, format=Format(sys.argv[2]), run_id="run"), "1m", stream)
    (file,) = write(gathered(repeat(batch, rows // size), batch.schema), batch.schema, plan.output, plan.place)
assert file.tally.rows == rows
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the system tells no peak of memory")
@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_memory_does_not_grow_with_the_rows(format_: str) -> None:
    few, many = (
        int(subprocess.run([sys.executable, "-c", PROGRAM, str(rows), format_], check=True, capture_output=True).stdout)
        for rows in (1_000_000, 100_000_000)
    )

    assert many < few * 1.15

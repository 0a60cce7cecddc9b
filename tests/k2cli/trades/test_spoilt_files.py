"""Law: whatever a file's bytes are, each row is a trade or a reject, or the file is refused with words of ours."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather, ipc, parquet

from engines.errors import UsageError
from k2cli.trades import read_trades, shipped

ROWS = [
    {
        "exchange": "X",
        "symbol": "Y",
        "trade_id": n,
        "timestamp": 1704067200 + n,
        "price": 1.5 + n,
        "quantity": 0.25,
        "side": "buy",
    }
    for n in range(20)
]
TABLE = pa.Table.from_pylist(ROWS)


def csv() -> bytes:
    lines = [",".join(ROWS[0]), *(",".join(map(str, row.values())) for row in ROWS)]
    return "\n".join(lines).encode() + b"\n"


def written(writer: Callable[[io.BytesIO], Any]) -> bytes:
    buffer = io.BytesIO()
    writer(buffer)
    return buffer.getvalue()


def streamed(buffer: io.BytesIO) -> None:
    with ipc.new_stream(buffer, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=5)


def zipped(buffer: io.BytesIO) -> None:
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", csv())
        archive.writestr("b.jsonl.gz", gzip.compress(FILES["lines"]))


def tarred(buffer: io.BytesIO) -> None:
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("a.csv", "b.csv"):
            info = tarfile.TarInfo(name)
            info.size = len(csv())
            archive.addfile(info, io.BytesIO(csv()))


FILES: dict[str, bytes] = {
    "csv": csv(),
    "document": json.dumps(ROWS).encode(),
    "envelope": json.dumps({"error": [], "result": {"trades": ROWS}}).encode(),
    "lines": b"".join(json.dumps(row).encode() + b"\n" for row in ROWS),
    "parquet": written(lambda buffer: parquet.write_table(TABLE, buffer)),
    "feather": written(lambda buffer: feather.write_feather(TABLE, buffer, compression="zstd")),
    "stream": written(streamed),
    "gzip": gzip.compress(csv()),
    "zstd": pa.compress(csv(), "zstd", asbytes=True),
    "bzip2": bz2.compress(csv()),
    "xz": lzma.compress(csv()),
}
FILES |= {"zip": written(zipped), "tar": written(tarred)}
FILES |= {"tar.xz": lzma.compress(FILES["tar"])}

EXAMPLES = settings().max_examples * 4 if settings().max_examples >= 1000 else settings().max_examples // 4
"""In the long run, as many as each kind of file has in a minute."""

PIECES = st.one_of(
    st.binary(max_size=8), st.sampled_from([b"\n", b'"', b"{", b"]", b"\0", b",", b"\xff" * 8, b"NaN", b"1e999"])
)
SPOILS = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 40), PIECES), min_size=1, max_size=4)


def spoilt(data: bytes, spoils: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes, in which some are replaced."""
    for place, length, piece in spoils:
        start = place % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]
    return data


@pytest.mark.parametrize("kind", FILES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(spoils=SPOILS)
def test_each_row_is_accounted_for(tmp_path: Path, kind: str, spoils: list[tuple[int, int, bytes]]) -> None:
    path = tmp_path / "file"
    path.write_bytes(spoilt(FILES[kind], spoils))
    k2 = shipped()["k2"]

    for layouts in ([k2], [k2.model_copy(update={"rows": "result.trades"})], list(shipped().values())):
        try:
            file = read_trades(path, layouts, exchange=None, symbol=None, now=0)
            for chunk in file:
                assert chunk.rows == chunk.trades.num_rows + len(chunk.rejects)
                assert all(reject.reason for reject in chunk.rejects)
        except UsageError as refusal:
            assert str(path) in str(refusal)  # noqa: PT017 - a refusal is one of two right ends


@pytest.mark.parametrize("kind", FILES)
def test_the_right_files_are_read_whole(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[kind])
    layout = shipped()["k2"].model_copy(update={"rows": "result.trades" if kind == "envelope" else ""})

    file = read_trades(path, [layout], exchange=None, symbol=None, now=0)

    assert sum(chunk.trades.num_rows for chunk in file) == 20 * len(file.tables)

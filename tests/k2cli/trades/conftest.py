"""Files of trades, written and read."""

import gzip
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from k2cli.trades import TRADES_SCHEMA, Detected, Reject, read_trades, shipped

NOW = 1_767_225_600_000_000


@dataclass(frozen=True)
class Result:
    """All of a file."""

    table: pa.Table
    rejects: list[Reject]
    detected: tuple[Detected, ...]
    rows: int
    bytes_read: int
    sides_unknown: int
    size: int

    @property
    def trades(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.table.to_pylist()
        return rows

    def column(self, name: str) -> list[Any]:
        values: list[Any] = self.table[name].to_pylist()
        return values

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(reject.line, reject.reason) for reject in self.rejects]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write content to a file: as it is, gzipped (.gz) or zipped (.zip, member names -> content)."""

    def written(content: str | bytes | dict[str, str | bytes], name: str = "trades.csv") -> Path:
        path = tmp_path / name
        if isinstance(content, dict):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, data in content.items():
                    archive.writestr(member, data)
            return path
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return written


@pytest.fixture
def read() -> Callable[..., Result]:
    """Read a whole file; Binance's BTCUSDT where nothing else is said."""

    def result(path: Path, layout: str | None = "k2", **options: Any) -> Result:  # noqa: ANN401 - passed through
        given = {"exchange": "BINANCE", "symbol": "BTCUSDT"} if layout != "k2" else {}
        named: dict[str, Any] = {"exchange": None, "symbol": None, "now": NOW} | given | options
        file = read_trades(path, [shipped()[layout]] if layout else list(shipped().values()), **named)
        chunks = list(file)
        return Result(
            table=pa.concat_tables([TRADES_SCHEMA.empty_table(), *(chunk.trades for chunk in chunks)]),
            rejects=[reject for chunk in chunks for reject in chunk.rejects],
            detected=file.detected,
            rows=sum(chunk.rows for chunk in chunks),
            bytes_read=chunks[-1].bytes_read if chunks else 0,
            sides_unknown=sum(chunk.sides_unknown for chunk in chunks),
            size=file.size,
        )

    return result


@pytest.fixture
def k2() -> Callable[..., str]:
    """A k2 file from ``timestamp,price,quantity`` rows, with ids 1, 2, 3..."""

    def text(rows: Iterable[str]) -> str:
        lines = (f"X,BTCUSD,{number},{row},buy" for number, row in enumerate(rows, 1))
        return "\n".join(["exchange,symbol,trade_id,timestamp,price,quantity,side", *lines, ""])

    return text

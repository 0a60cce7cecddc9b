"""A deployment: a folder with a k2.toml, and the `k2` command in it, as another process."""

import csv
import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.io import load_file_io

from engines.domain.candle import CANDLES
from engines.domain.timeframe import Timeframe, to_datetime
from engines.testing.oracle import Candle

_OTHERS = ("K2_", "PYICEBERG_", "AWS_", "SPARK_", "NO_COLOR", "FORCE_COLOR")
_STAMPS = {"created_at", "updated_at"}
_PATIENCE = 400

Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where tables are: what k2 is told, and the same for PyIceberg, by which the tests look behind k2's back.

    Attributes:
        settings: Lines of k2.toml.
        properties: Properties of the catalog, secrets among them.
        variables: What k2 is told by its environment: the secrets.
    """

    settings: str
    properties: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)

    def joined(
        self, settings: str, properties: Mapping[str, str], variables: Mapping[str, str] | None = None
    ) -> "Place":
        """This place with more said of it: settings before its own, properties over its own."""
        return Place(
            f"{settings}\n{self.settings}", {**self.properties, **properties}, {**self.variables, **(variables or {})}
        )


@dataclass(frozen=True)
class Deployment:
    """A folder whose k2.toml says where the tables are and who works on them.

    Attributes:
        folder: The folder.
        place: Where the tables are.
        program: The path of `k2`.
    """

    folder: Path
    place: Place
    program: Path

    def __call__(self, line: str) -> str:
        """Type a command, see it end well, and return what it says on stdout."""
        return self._typed(line, code=0).stdout

    def refused(self, line: str, *, code: int) -> str:
        """Type a command, see it end with a code and without a result, and return what it says on stderr."""
        ran = self._typed(line, code=code)

        assert ran.stdout == ""
        return ran.stderr

    def start(self, line: str) -> "subprocess.Popen[str]":
        """Type a command, and leave it running."""
        return subprocess.Popen(
            [str(self.program), *line.split()],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def _typed(self, line: str, *, code: int) -> subprocess.CompletedProcess[str]:
        with self.start(line) as process:
            try:
                out, err = process.communicate(timeout=_PATIENCE)
            except BaseException:
                process.kill()
                raise
        assert process.returncode == code, f"{line}\n{out}\n{err}"
        assert "Traceback" not in err
        return subprocess.CompletedProcess(line, code, out, err)

    def report(self, line: str) -> Row:
        """The report of a command that goes well."""
        report = json.loads(self(f"{line} --output json"))

        assert report["exit_code"] == 0
        return dict(report)

    def shown(self, timeframe: Timeframe, options: str = "") -> list[dict[str, str]]:
        """The candles as `k2 ohlcv show` writes them, without their stamps."""
        rows = csv.DictReader(self(f"ohlcv show {timeframe} {options} --output csv").splitlines())
        return [{name: value for name, value in row.items() if name not in _STAMPS} for row in rows]

    def candles(self, timeframe: Timeframe) -> list[Row]:
        """The candles as PyIceberg reads them, without their stamps, sorted as the oracle sorts."""
        with closing(self.catalog()) as catalog:
            rows: pa.Table = catalog.load_table(f"market_data.gold_ohlcv_{timeframe}").scan().to_arrow()
        rows = rows.select([name for name in rows.column_names if name not in _STAMPS])
        return sorted(rows.to_pylist(), key=lambda r: (r["exchange"], r["symbol"], r["window_start"]))

    def stray_file(self, timeframe: Timeframe) -> str:
        """Leave a file beside the data of a table, as a writer that was killed does; return where."""
        with closing(self.catalog()) as catalog:
            table = catalog.load_table(f"market_data.gold_ohlcv_{timeframe}")
            path = f"{table.location()}/data/stray.parquet"
            with table.io.new_output(path).create() as stream:
                stream.write(b"half written")
        return path

    def holds(self, path: str) -> bool:
        """Whether there is a file."""
        return load_file_io(dict(self.place.properties), path).new_input(path).exists()

    def catalog(self) -> Catalog:
        """The catalog, opened without k2."""
        return load_catalog("k2", **self.place.properties)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
        home = str(self.folder)
        own = {"HOME": home, "XDG_CONFIG_HOME": home, "LC_ALL": "C.UTF-8", "SPARK_LOCAL_IP": "127.0.0.1"}
        return kept | own | dict(self.place.variables)


def expected(candle: Candle) -> Row:
    """A candle of the oracle as a row of the table, stamps left out."""
    start, end = to_datetime(candle.window_start), to_datetime(candle.window_end)
    values = {
        "symbol": candle.symbol,
        "exchange": candle.exchange,
        "window_start": start,
        "window_end": end,
        "window_date": start.date(),
        "open_price": candle.open,
        "high_price": candle.high,
        "low_price": candle.low,
        "close_price": candle.close,
        "volume": candle.volume,
        "trade_count": candle.trade_count,
        "vwap": candle.vwap,
        "quote_volume": candle.quote_volume,
        "buy_volume": candle.buy_volume,
        "buy_quote_volume": candle.buy_quote_volume,
    }
    return {column.name: values[column.name] for column in CANDLES if column.name not in _STAMPS}


def spoken(row: Row) -> dict[str, str]:
    """A row as `k2 ohlcv show --output csv` writes it: exact decimals, instants with a Z."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).replace(" ", "T").replace("+00:00", "Z") if value is not None else ""

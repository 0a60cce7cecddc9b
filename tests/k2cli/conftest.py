"""A fake lake, and the command line run in this process with it."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from engines.base import CandleQuery, Engine, EngineConfig, Observer, RefreshRequest
from engines.domain.decimals import SCALE, Decimals
from engines.domain.facts import TableFacts
from engines.domain.imports import ImportRecord
from engines.domain.interval import Intervals
from engines.domain.results import (
    Appended,
    Creation,
    Origin,
    Refresh,
    Rejected,
    SnapshotChange,
    Status,
    TableCreation,
    TableRefresh,
    TableStatus,
)
from engines.domain.series import Series
from engines.domain.tables import TradesPartition
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, MINUTE
from engines.errors import Failure
from engines.lake import Lake
from k2cli.__main__ import main
from k2cli.session.environment import Environment

NOW = 1_709_294_400_000_000  # 2024-03-01T12:00:00Z
RUN_ID = "6f1f6e9e-0000-4000-8000-000000000001"


class FakeEngine(Engine):
    """Is never asked for anything but its name."""

    name = "fake"

    def rebuild(self, work: Any, observer: Observer) -> Any:
        raise NotImplementedError

    def check(self, work: Any, observer: Observer) -> Any:
        raise NotImplementedError

    def recompute(self, work: Any, observer: Observer) -> Any:
        raise NotImplementedError

    def uncovered(self, work: Any) -> Any:
        raise NotImplementedError

    def rewrite(self, work: Any) -> Any:
        raise NotImplementedError

    def read(self, query: Any) -> Any:
        raise NotImplementedError


class FakeLake(Lake):
    """Remembers what it was asked; answers what it was told."""

    def __init__(self, config: EngineConfig) -> None:
        super().__init__(FakeEngine(config))
        self.request: RefreshRequest | None = None
        self.query: CandleQuery | None = None
        self.appended: list[pa.Table] = []
        self.known: set[str] = set()
        self.mixing: tuple[ImportRecord, bool] | None = None
        self.created: dict[str, object] = {}
        self.error: BaseException | None = None
        self.failing: str = ""
        self.hint: str = ""
        self.stored = candles()

    def _answer(self) -> None:
        if self.error:
            raise self.error

    def candles(self, query: CandleQuery) -> pa.RecordBatchReader:
        self._answer()
        self.query = query
        named = {"exchange": query.exchange, "symbol": query.symbol}
        wanted = [pc.field(name) == value for name, value in named.items() if value is not None]
        return (self.stored.filter(reduce(and_, wanted)) if wanted else self.stored).to_reader()

    def series(self, *_: Any, exchange: str | None = None, symbol: str | None = None, **__: Any) -> tuple[Series, ...]:
        self._answer()
        known = (Series("binance", "BTCUSDT", NOW, NOW), Series("kraken", "ETHUSDT", NOW, NOW))
        return tuple(s for s in known if exchange in (None, s.exchange) and symbol in (None, s.symbol))

    def create_tables(
        self, *, with_trades: bool = False, evolve: bool = False, partition_by: TradesPartition | None = None
    ) -> tuple[TableCreation, ...]:
        self._answer()
        self.created = {"with_trades": with_trades, "evolve": evolve, "partition_by": partition_by}
        status = Creation.DIFFERS if self.failing else Creation.CREATED
        differences = (self.failing,) if self.failing else ()
        return tuple(
            TableCreation(table=self.names.target(t), timeframe=t, status=status, differences=differences)
            for t in DEFAULT_TIMEFRAMES
        )

    def number_types(self) -> tuple[Decimals, Decimals]:
        self._answer()
        return SCALE.price, SCALE.price

    def imported_files(self, digests: Collection[str]) -> dict[str, str]:
        self._answer()
        return {digest: "earlier" for digest in digests if digest in self.known}

    def append(
        self,
        trades: Iterable[pa.Table],
        *,
        run_id: str,
        record: Callable[[], ImportRecord] | None = None,
        mix: bool = False,
        again: bool = False,  # noqa: ARG002 - the lake's signature
    ) -> Appended:
        assert run_id == RUN_ID
        self._answer()
        arrived = list(trades)
        self.appended += arrived
        if record:
            self.mixing = record(), mix
            self.known.update(record().files)
        rows = sum(table.num_rows for table in arrived)
        return Appended(table="market_data.t", rows=rows, snapshot_id=7, data_files=1, bytes_written=10)

    def aggregate(self, request: RefreshRequest, observer: Observer | None = None) -> Refresh:
        self._answer()
        self.request = request
        if observer:
            observer.said("starting again")
        tables = tuple(
            TableRefresh(
                table=self.names.target(t),
                timeframe=t,
                status=Status.FAILED if self.failing else Status.PLANNED if request.dry_run else Status.UPDATED,
                origin=Origin.TRADES,
                reason="new trades",
                intervals=Intervals.of([(NOW - MINUTE, NOW)]),
                windows=1,
                changes=(
                    SnapshotChange(
                        snapshot_id=2**62 + 3,
                        kind="append",
                        files_added=1,
                        files_removed=0,
                        rows_added=9,
                        rows_removed=0,
                    ),
                ),
                candles_written=1234,
                rejected=(Rejected(reason="price <= 0", count=3),),
                snapshot_id=2**62 + 1,
                failure=Failure(message=self.failing, hint=self.hint, exit_code=5) if self.failing else None,
            )
            for t in request.timeframes
        )
        return Refresh(source_table="market_data.t", source_snapshot_id=5, tables=tables)

    def head(self, timeframe: object) -> tuple[int | None, int | None]:  # noqa: ARG002 - the same for each
        return 5, NOW

    def inspect(self) -> tuple[TableFacts, ...]:
        self._answer()
        names = self.names
        tables = [(None, names.source), *((t, names.target(t)) for t in DEFAULT_TIMEFRAMES)]
        return tuple(
            TableFacts(table=name, timeframe=t, location=f"s3://lake/{name}", snapshot_id=5, committed_at=NOW)
            for t, name in tables
        )

    def probe_storage(self) -> str:
        self._answer()
        return "s3://lake"

    def lost_files(self) -> dict[str, tuple[str, ...]]:
        self._answer()
        return {}

    def status(self, *, now: int) -> tuple[TableStatus, ...]:
        self._answer()
        exists = not self.failing
        return (
            TableStatus(table="market_data.t", timeframe=None, rows=12, first=NOW - MINUTE, last=NOW - 1),
            *(
                TableStatus(
                    table=self.names.target(t),
                    timeframe=t,
                    exists=exists,
                    rows=3,
                    closed_until=NOW,
                    up_to_date=False,
                    lag_trades=1234,
                    lag_microseconds=now - NOW,
                    bytes=4096,
                )
                for t in DEFAULT_TIMEFRAMES
            ),
        )


def candles() -> pa.Table:
    """Two candles with digits that a float would lose."""
    start = datetime(2024, 3, 1, tzinfo=UTC)
    moment = pa.timestamp("us", tz="UTC")
    price, volume, quote = pa.decimal128(18, 8), pa.decimal128(38, 8), pa.decimal128(38, 16)
    columns: dict[str, tuple[list[object], pa.DataType]] = {
        "symbol": (["BTCUSDT", "SHIBUSDT"], pa.string()),
        "exchange": (["binance", "binance"], pa.string()),
        "window_start": ([start, start], moment),
        "window_end": ([start.replace(hour=1)] * 2, moment),
        "window_date": ([start.date()] * 2, pa.date32()),
        "open_price": ([Decimal("65000.10"), Decimal("0.00000003")], price),
        "high_price": ([Decimal("9999999999.99999999"), Decimal("0.00000003")], price),
        "low_price": ([Decimal(65000), Decimal("0.00000001")], price),
        "close_price": ([Decimal("65000.5"), Decimal("0.00000001")], price),
        "volume": ([Decimal("1.5"), Decimal("123456789012345678901234567890.12345678")], volume),
        "trade_count": ([2, 1], pa.int64()),
        "vwap": ([Decimal("65000.25"), Decimal("0.00000002")], price),
        "created_at": ([start, start], moment),
        "updated_at": ([start, start.replace(microsecond=5)], moment),
        "quote_volume": ([Decimal("97500.375"), Decimal("1E-16")], quote),
        "buy_volume": ([Decimal("0.5"), None], volume),
        "buy_quote_volume": ([Decimal(32500), None], quote),
    }
    return pa.table({name: pa.array(values, kind) for name, (values, kind) in columns.items()})


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass
class CommandLine:
    """The command line with a fake lake, in a folder of its own.

    `lake` is the fake that the next command will open; `error`, `failing` and `hint` tell it how
    to answer.
    """

    folder: Path
    capture: pytest.CaptureFixture[str]
    variables: dict[str, str] = field(default_factory=dict)
    now: int = NOW
    error: BaseException | None = None
    failing: str = ""
    hint: str = ""
    looks: int = 1
    lake: FakeLake | None = None
    opened: list[tuple[str, EngineConfig]] = field(default_factory=list)

    def __call__(self, *arguments: str) -> Ran:
        environment = Environment(
            variables=self.variables,
            cwd=self.folder,
            clock=lambda: self.now,
            wait=self.wait,
            new_run_id=lambda: RUN_ID,
            open_lake=self.open,
            user_file=lambda: self.folder / "user.toml",
        )
        code = main(arguments, environment)
        captured = self.capture.readouterr()
        return Ran(code, captured.out, captured.err)

    def wait(self, seconds: float) -> None:
        """Stand for the seconds, and for the Ctrl-C after so many looks."""
        self.now += int(seconds * 1_000_000)
        self.looks -= 1
        if self.looks < 1:
            raise KeyboardInterrupt

    def open(self, name: str, config: EngineConfig) -> Lake:
        self.opened.append((name, config))
        self.lake = FakeLake(config)
        self.lake.error, self.lake.failing, self.lake.hint = self.error, self.failing, self.hint
        return self.lake

    @property
    def asked(self) -> FakeLake:
        """The lake of the last command."""
        assert self.lake is not None
        return self.lake


@pytest.fixture
def k2(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in an empty folder, with a catalog that exists."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "k2-data").mkdir()
    (tmp_path / "k2-data" / "catalog.db").touch()
    return CommandLine(tmp_path, capsys)

"""The base class of the kit's tests, which opens lakes with the engine under test, and shared helper functions."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from pyiceberg.table import Table

from engines.base import CatalogConfig, Engine, EngineConfig, Limits, TradesConfig
from engines.domain.decimals import Scale
from engines.domain.losses import RemovedTrades
from engines.domain.results import Status
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, M1, Timeframe
from engines.lake import Lake
from engines.registry import open_engine
from engines.testing.arrow import candles_of
from engines.testing.history import History, PreparedLake
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY
ASK, REFUSE = RemovedTrades.ASK, RemovedTrades.REFUSE
RECOMPUTE, KEEP = RemovedTrades.RECOMPUTE, RemovedTrades.KEEP
_LAKES = itertools.count()

NewLake = Callable[..., PreparedLake]
"""Function that opens a lake with the engine under test: a new lake, or with ``beside=lake`` that lake once more."""


class Kit:
    """Base class of the tests of every theme.

    Attributes:
        engine_name: Name of the entry point of the engine under test.
        preparing: Name of the engine that makes the candles a test begins with, so that a slow engine only does the
            run under test. If it equals engine_name, the engine under test prepares the candles itself.
    """

    engine_name: ClassVar[str]
    preparing: ClassVar[str] = "polars"

    @classmethod
    def open(cls, config: EngineConfig) -> Engine:
        """Open the engine under test; override this for an engine without an entry point."""
        return open_engine(cls.engine_name, config)

    @classmethod
    def lake(cls, engine: Engine, preparing: Engine) -> PreparedLake:
        """The lake of a test; override this if there is a quicker way than ours to create empty tables."""
        return PreparedLake(engine, preparing)

    @classmethod
    def catalog(cls, warehouse: Path) -> CatalogConfig:
        """The catalog for the tables in an empty folder; override this for an engine that needs another catalog."""
        properties = {
            "type": "sql",
            "uri": f"sqlite:///{warehouse}/catalog.db?timeout=60",
            "warehouse": warehouse.as_uri(),
        }
        return CatalogConfig(name="kit", properties=properties)

    @contextmanager
    def failing(self, lake: Lake, timeframe: Timeframe) -> Iterator[None]:
        """Make commits to a table fail as if the catalog were gone; override this if commits do not use PyIceberg."""
        catalog, name = lake.tables.catalog, lake.names.target(timeframe)
        commit = catalog.commit_table

        def gone(table: Table, *arguments: object) -> object:
            if ".".join(table.name()) == name:
                raise OSError("the catalog is gone")
            return commit(table, *arguments)  # type: ignore[arg-type]

        catalog.commit_table = gone  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            catalog.commit_table = commit  # type: ignore[method-assign]

    @classmethod
    def lakes(cls, warehouse: Path) -> NewLake:
        """Return a function that opens lakes in a folder, see `NewLake`."""
        catalog = cls.catalog(warehouse)

        def opened(
            *,
            beside: Lake | None = None,
            attempts: int = 8,
            timeframes: tuple[Timeframe, ...] = DEFAULT_TIMEFRAMES,
            limits: Limits | None = None,
            trades: TradesConfig | None = None,
            source: str = "gold_crypto_trades",
            scale: Scale | None = None,
        ) -> PreparedLake:
            new = TableNames(namespace=f"lake_{next(_LAKES)}", trades=source, timeframes=timeframes)
            names = new if beside is None else beside.names
            config = EngineConfig(
                catalog=catalog,
                names=names,
                trades=trades or TradesConfig(),
                scale=scale,
                version="kit",
                attempts=attempts,
                limits=limits or Limits(),
            )
            engine = cls.open(config)
            own = cls.preparing == cls.engine_name
            return cls.lake(engine, engine if own else open_engine(cls.preparing, config))

        return opened

    @pytest.fixture(scope="class")
    @classmethod
    def new_lake(cls, tmp_path_factory: pytest.TempPathFactory) -> NewLake:
        """A function that opens lakes; those of one test class share a folder."""
        return cls.lakes(tmp_path_factory.mktemp("kit"))

    @pytest.fixture
    def history(self, new_lake: NewLake) -> History:
        """The history of a new lake with an empty source table and empty candle tables."""
        return started(new_lake())


def started(lake: PreparedLake) -> History:
    """Create the empty source table, by hours, and candle tables of a lake, and return its history."""
    lake.begin()
    return History(lake)


def target(history: History, timeframe: Timeframe = M1) -> Table:
    """A candle table, freshly loaded."""
    return history.lake.tables.target(timeframe)


def local(path: str) -> Path:
    """The path of a file of the kit's warehouse: Spark writes ``file:/x``, PyIceberg ``file:///x``."""
    return Path("/" + path.removeprefix("file:").lstrip("/"))


def rows(history: History, timeframe: Timeframe = M1) -> list[dict[str, object]]:
    """All rows of a candle table with their timestamps created_at and updated_at, sorted, read by PyIceberg."""
    found: list[dict[str, object]] = target(history, timeframe).scan().to_arrow().to_pylist()
    return sorted(found, key=lambda row: (str(row["exchange"]), str(row["symbol"]), str(row["window_start"])))


def files(history: History, timeframe: Timeframe = M1) -> list[str]:
    """Paths of the live data files of a candle table, sorted."""
    return sorted(task.file.file_path for task in target(history, timeframe).scan().plan_files())


def heads(history: History) -> list[str]:
    """Metadata location of each candle table; they stay the same if nothing is committed."""
    return [target(history, timeframe).metadata_location for timeframe in history.lake.names.timeframes]


def one_file_each(history: History, *timeframes: Timeframe) -> bool:
    """Whether each partition of the candle tables (default: 1m) has exactly one data file."""
    partitions = [
        [repr(task.file.partition) for task in target(history, timeframe).scan().plan_files()]
        for timeframe in timeframes or (M1,)
    ]
    return all(len(each) == len(set(each)) for each in partitions)


def prove(history: History, finest: Timeframe, *others: Timeframe, until: int = NOW) -> None:
    """Assert that the tables hold exactly the oracle's candles, as read by PyIceberg and not by the engine."""
    for timeframe in (finest, *others):
        assert candles_of(target(history, timeframe).scan().to_arrow()) == history.truth(timeframe, until), timeframe


def prove_at_rest(history: History, finest: Timeframe, *others: Timeframe) -> None:
    """Assert that the tables hold exactly the oracle's candles, and that another run commits nothing."""
    prove(history, finest, *others)
    before = heads(history)
    assert {table.status for table in history.run(NOW, finest, *others)} == {Status.UP_TO_DATE}
    assert heads(history) == before

"""What all tests of the kit share: lakes that the engine under test works on."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from pyiceberg.table import Table

from engines.base import CatalogConfig, Engine, EngineConfig, Limits
from engines.domain.changes import RemovedTrades
from engines.domain.tables import TableNames
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, M1, Timeframe
from engines.lake import Lake
from engines.registry import open_engine
from engines.testing.arrow import candles_of
from engines.testing.history import History, PreparedLake
from engines.testing.strategies import MIDNIGHT

NOW = MIDNIGHT + DAY
RECOMPUTE, KEEP, REFUSE = RemovedTrades.RECOMPUTE, RemovedTrades.KEEP, RemovedTrades.REFUSE
_LAKES = itertools.count()

NewLake = Callable[..., Lake]
"""Opens a lake with the engine under test: a new one, or another one again: ``new_lake(beside=lake, attempts=2)``."""


class Kit:
    """The base of every theme.

    Attributes:
        engine_name: The engine under test, as its entry point is called.
        preparing: The engine that makes the candles a test begins with, so that of a slow engine only the run under
            test is waited for. Its own name where it is to do that, too.
    """

    engine_name: ClassVar[str]
    preparing: ClassVar[str] = "polars"

    @classmethod
    def open(cls, config: EngineConfig) -> Engine:
        """Open the engine under test; override it for one that has no entry point."""
        return open_engine(cls.engine_name, config)

    @classmethod
    def catalog(cls, warehouse: Path) -> CatalogConfig:
        """Where the tables are, given an empty folder; override it for an engine that wants another catalog."""
        properties = {
            "type": "sql",
            "uri": f"sqlite:///{warehouse}/catalog.db?timeout=60",
            "warehouse": warehouse.as_uri(),
        }
        return CatalogConfig(name="kit", properties=properties)

    @contextmanager
    def failing(self, lake: Lake, timeframe: Timeframe) -> Iterator[None]:
        """Commits to a table fail as if the catalog had gone; override it for one that commits past PyIceberg."""
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
        """Opens lakes in a folder, see `NewLake`."""
        catalog = cls.catalog(warehouse)

        def opened(
            *,
            beside: Lake | None = None,
            attempts: int = 8,
            timeframes: tuple[Timeframe, ...] = DEFAULT_TIMEFRAMES,
            limits: Limits | None = None,
        ) -> Lake:
            new = TableNames(namespace=f"lake_{next(_LAKES)}", timeframes=timeframes)
            names = new if beside is None else beside.names
            config = EngineConfig(
                catalog=catalog, names=names, version="kit", attempts=attempts, limits=limits or Limits()
            )
            engine = cls.open(config)
            own = cls.preparing == cls.engine_name
            return PreparedLake(engine, engine if own else open_engine(cls.preparing, config))

        return opened

    @pytest.fixture(scope="class")
    @classmethod
    def new_lake(cls, tmp_path_factory: pytest.TempPathFactory) -> NewLake:
        """Opens lakes in one folder."""
        return cls.lakes(tmp_path_factory.mktemp("kit"))

    @pytest.fixture
    def history(self, new_lake: NewLake) -> History:
        """An empty source and empty candle tables."""
        return started(new_lake())


def started(lake: Lake) -> History:
    """The lake with an empty source and empty candle tables."""
    lake.create_tables(with_trades=True)
    return History(lake)


def target(history: History, timeframe: Timeframe = M1) -> Table:
    """A candle table as it is now."""
    return history.lake.tables.target(timeframe)


def rows(history: History, timeframe: Timeframe = M1) -> list[dict[str, object]]:
    """Every row of a candle table with its stamps, sorted, by PyIceberg's reader."""
    found: list[dict[str, object]] = target(history, timeframe).scan().to_arrow().to_pylist()
    return sorted(found, key=lambda row: (str(row["exchange"]), str(row["symbol"]), str(row["window_start"])))


def files(history: History, timeframe: Timeframe = M1) -> list[str]:
    """The live data files of a candle table."""
    return sorted(task.file.file_path for task in target(history, timeframe).scan().plan_files())


def heads(history: History) -> list[str]:
    """Where the metadata of each table is: the same after nothing was committed."""
    return [target(history, timeframe).metadata_location for timeframe in history.lake.names.timeframes]


def one_file_each(history: History, *timeframes: Timeframe) -> bool:
    """Whether each partition is one file."""
    partitions = [
        [repr(task.file.partition) for task in target(history, timeframe).scan().plan_files()]
        for timeframe in timeframes or (M1,)
    ]
    return all(len(each) == len(set(each)) for each in partitions)


def prove(history: History, *timeframes: Timeframe, until: int = NOW) -> None:
    """The oracle's candles are in the tables, as PyIceberg reads them past the engine."""
    for timeframe in timeframes:
        assert candles_of(target(history, timeframe).scan().to_arrow()) == history.truth(timeframe, until), timeframe

"""A lake of its own for each test of upkeep, and what its folder really holds."""

import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from pyiceberg.table import Table

from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, HOUR, M1, M5, Timeframe
from engines.domain.upkeep import Prune, TablePrune
from engines.lake import Lake
from engines.registry import open_lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from tests.engines.mould import Mould


class Keeping:
    """A lake under upkeep.

    Attributes:
        history: The source, and the truth.
        now: The clock of every run: the end of the sixth day of trades.
    """

    now = MIDNIGHT + 6 * DAY

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.history = History(lake)

    def fill(self) -> None:
        """Six days, a trade each three hours, in four runs of the two finest tables."""
        for days in (range(2), range(2, 4), range(4, 5), range(5, 6)):
            self.history.append(
                [trade(MIDNIGHT + d * DAY + n * HOUR, f"{d}.{n}") for d in days for n in range(0, 24, 3)]
            )
            self.history.run(MIDNIGHT + days.stop * DAY, M1, M5)

    def reopened(self, **options: object) -> Lake:
        """The same tables, opened once more."""
        return open_lake("polars", replace(self.lake.engine.config, **options))  # type: ignore[arg-type]

    def prune(self, *timeframes: Timeframe, days: int = 2, **options: object) -> Prune:
        """A run that keeps so many days of candles, whatever share of a table that is."""
        wanted = timeframes or (M1,)
        options = {"most": True} | options
        request = PruneRequest(
            timeframes=wanted,
            now=self.now,
            run_id=str(uuid.uuid4()),
            retention=dict.fromkeys(wanted, days * DAY),
            **options,  # type: ignore[arg-type]
        )
        return self.lake.prune(request)

    def pruned(self, *timeframes: Timeframe, days: int = 2, **options: object) -> TablePrune:
        """A run that must succeed: what became of the first table."""
        prune = self.prune(*timeframes, days=days, **options)
        assert prune.exit_code == 0, [table.failure for table in prune.tables]
        return prune.tables[0]

    def table(self, timeframe: Timeframe = M1) -> Table:
        """The candles as they are now."""
        return self.lake.tables.target(timeframe)

    def folder(self, timeframe: Timeframe = M1) -> Path:
        """Where a table lies."""
        return Path("/" + self.table(timeframe).location().removeprefix("file:").lstrip("/"))

    def files(self, timeframe: Timeframe = M1) -> dict[Path, int]:
        """What the disk holds of a table: sizes by path."""
        return {path: path.stat().st_size for path in self.folder(timeframe).rglob("*") if path.is_file()}

    def named(self, timeframe: Timeframe = M1) -> set[Path]:
        """The files that a reader of some kept snapshot needs, by PyIceberg, and the metadata files."""
        table = self.table(timeframe)
        paths = {table.metadata_location, *(entry.metadata_file for entry in table.metadata.metadata_log)}
        for snapshot in table.metadata.snapshots:
            paths.add(snapshot.manifest_list)
            for manifest in snapshot.manifests(table.io):
                paths.add(manifest.manifest_path)
                paths |= {e.data_file.file_path for e in manifest.fetch_manifest_entry(table.io, discard_deleted=True)}
        return {Path("/" + path.removeprefix("file:").lstrip("/")) for path in paths}

    def prove(self, fence: int, *timeframes: Timeframe) -> None:
        """Each table holds the oracle's candles from the fence on, and none before."""
        for timeframe in timeframes or (M1,):
            truth = [c for c in self.history.truth(timeframe, self.now) if c.window_start >= fence]
            assert self.history.candles(timeframe) == truth, timeframe


def _empty(lake: Lake) -> Keeping:
    lake.create_tables(with_trades=True)
    return Keeping(lake)


def _filled(lake: Lake) -> Keeping:
    keeping = _empty(lake)
    keeping.fill()
    return keeping


@pytest.fixture(scope="session")
def empty_mould(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """Empty tables."""
    return Mould(tmp_path_factory.mktemp("empty"), _empty)


@pytest.fixture(scope="session")
def filled_mould(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """Six days of trades and their candles, 1m and 5m."""
    return Mould(tmp_path_factory.mktemp("filled"), _filled)


@pytest.fixture(scope="session")
def filled_all_mould(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """And the candles of the other tables."""
    return Mould(tmp_path_factory.mktemp("filled_all"), lambda lake: _filled(lake).history.run(Keeping.now))


@pytest.fixture(scope="session")
def filled_two_mould(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """Six days of trades and their candles, 1m and 5m, which are all tables there are."""
    return Mould(tmp_path_factory.mktemp("filled_two"), _filled, (M1, M5))


@pytest.fixture
def keeping(empty_mould: Mould) -> Keeping:
    """Empty tables."""
    return Keeping(empty_mould.cast())


@pytest.fixture
def filled(filled_mould: Mould) -> Keeping:
    """Six days of trades and their candles, 1m and 5m."""
    return Keeping(filled_mould.cast())


@pytest.fixture
def filled_all(filled_all_mould: Mould) -> Keeping:
    """And the candles of the other tables."""
    return Keeping(filled_all_mould.cast())


@pytest.fixture
def filled_two(filled_two_mould: Mould) -> Keeping:
    """Six days of trades and their candles, 1m and 5m, which are all tables there are."""
    return Keeping(filled_two_mould.cast())

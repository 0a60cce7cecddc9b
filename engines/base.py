"""The contract: what an engine is given, what it gives back, and the commands built on it.

An engine is what touches rows. Everything that only reads or writes metadata (catalog, schema, state, changes,
plan) is shared and lives in `engines.iceberg` and `engines.refresh`; an engine implements the abstract methods
below and inherits the commands.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from engines.domain.facts import TableFacts
from engines.domain.findings import Finding, Validation
from engines.domain.requests import (
    CandleQuery,
    CatalogConfig,
    EngineConfig,
    Observer,
    RefreshRequest,
    Silence,
    ValidationRequest,
)
from engines.domain.results import Appended, Refresh, TableCreation, TableStatus
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import Compaction, Prune

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.iceberg.datafiles import NewFiles
    from engines.refresh.work import Rebuild, Rebuilt
    from engines.upkeep.work import Coverage, Rewrite, Uncovered
    from engines.validation.work import Check, Recomputation, Recomputed

__all__ = [
    "CandleQuery",
    "CatalogConfig",
    "Engine",
    "EngineConfig",
    "Observer",
    "RefreshRequest",
    "Silence",
    "ValidationRequest",
]


class Engine(ABC):
    """Keeps candle tables up to date with a table of trades.

    Args:
        config: Catalog, table names, version.

    Attributes:
        name: The name users choose the engine by, and the name of its entry point.
        reads_equality_deletes: Whether it can read a source some of whose rows are deleted by value.
        lake: The tables, opened through the catalog.
    """

    name: ClassVar[str]
    reads_equality_deletes: ClassVar[bool] = False

    def __init__(self, config: EngineConfig) -> None:
        from engines.iceberg.catalog import Lake

        self.config = config
        self.lake = Lake(config.catalog, config.tables)

    @abstractmethod
    def rebuild(self, work: "Rebuild", observer: Observer) -> "Rebuilt":
        """Make the candles of the work's intervals from scratch, audit them, publish them in one commit.

        Raises:
            ValidationFailed: The audit found a broken candle; nothing was published.
            Refused: Candles have lost all their trades, and `work.removed` is REFUSE; nothing was published.
            Conflict: Somebody else committed to the target since its head was seen; nothing was published.
        """

    @abstractmethod
    def read(self, query: CandleQuery) -> "pa.Table":
        """The candles asked for, all columns in table order, sorted by exchange, symbol, window_start.

        Raises:
            TableMissing: The table is not there.
        """

    @abstractmethod
    def check(self, work: "Check", observer: Observer) -> "tuple[Finding, ...]":
        """Hold the candles of one table against the invariants, and against the 1m candles where these are given."""

    @abstractmethod
    def recompute(self, work: "Recomputation", observer: Observer) -> "Recomputed":
        """Make candles from the trades again and hold the tables against them, every column but the stamps."""

    @abstractmethod
    def uncovered(self, work: "Coverage") -> "Uncovered":
        """The windows of a coarser table that do not hold the trades of finer candles that are about to go."""

    @abstractmethod
    def rewrite(self, work: "Rewrite") -> "NewFiles":
        """Write the rows of partitions again, unchanged, each partition as one file.

        The files are committed, or let go, by the caller; an engine that fails leaves none behind.
        """

    def create_tables(self, *, with_trades: bool = False, evolve: bool = False) -> tuple[TableCreation, ...]:
        """Make the tables that are not there; never drop one.

        Args:
            with_trades: Make an empty source table too.
            evolve: Mend what differs from the specification as far as Iceberg's evolution allows.
        """
        from engines.iceberg.creation import create_tables

        return create_tables(self.lake, with_trades=with_trades, evolve=evolve)

    def append(self, trades: Iterable["pa.Table"], *, run_id: str) -> Appended:
        """Add trades to the source in one commit, in bounded memory.

        Args:
            trades: Tables with the columns of `domain.tables.TRADES`. When the iterable raises, nothing is added.
            run_id: Identity of the import, written into the snapshot.
        """
        from engines.iceberg.append import append_trades

        return append_trades(self.lake, trades, run_id=run_id)

    def aggregate(self, request: RefreshRequest, observer: Observer | None = None) -> Refresh:
        """Bring the candle tables exactly up to date with the source's current snapshot.

        Raises:
            TableMissing: The source or a target is not there.
            Conflict: Other runs were faster, more often than `EngineConfig.attempts`.
        """
        from engines.refresh.run import refresh

        return refresh(self, request, observer or Silence())

    def validate(self, request: ValidationRequest, observer: Observer | None = None) -> Validation:
        """Hold the candle tables against the invariants.

        Raises:
            TableMissing: A table is not there.
            UsageError: Candles are to be held against trades of a snapshot that is not kept any more.
        """
        from engines.validation.run import validate

        return validate(self, request, observer or Silence())

    def prune(self, request: PruneRequest, observer: Observer | None = None) -> Prune:
        """Drop candles that are old, expire snapshots, delete the files that nothing reaches any more.

        Raises:
            TableMissing: A table is not there.
        """
        from engines.upkeep.prune import prune

        return prune(self, request, observer or Silence())

    def compact(
        self, timeframes: tuple[Timeframe, ...], *, run_id: str, observer: Observer | None = None
    ) -> Compaction:
        """Merge the files of each partition that lies in several.

        Raises:
            TableMissing: A table is not there.
        """
        from engines.upkeep.compact import compact

        return compact(self, timeframes, run_id=run_id, observer=observer or Silence())

    def status(self, *, now: int) -> tuple[TableStatus, ...]:
        """The source and the five candle tables, from metadata alone."""
        from engines.iceberg.status import table_statuses

        return table_statuses(self.lake, now=now)

    def inspect(self) -> tuple[TableFacts, ...]:
        """The source and the five candle tables: where they lie, when they changed, their branches."""
        from engines.iceberg.inspection import table_facts

        return table_facts(self.lake)

    def probe_storage(self) -> str:
        """Write a small file beside the candles, read it again, delete it; return where that was done.

        Raises:
            UsageError: There is no table yet, and no warehouse is set.
            Unavailable: It did not work.
        """
        from engines.iceberg.inspection import probe_storage

        return probe_storage(self.lake)

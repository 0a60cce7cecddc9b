"""The contract of an engine: what it is opened with, and six methods on rows.

An engine is what touches rows. Metadata (catalog, schema, state, changes, plans, commits) is shared by all engines;
what a run asks of an engine, and what it wants back, is in `engines.work`.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from engines.domain.requests import (
    CandleQuery,
    CatalogConfig,
    EngineConfig,
    Observer,
    RefreshRequest,
    Silence,
    TradeQuery,
    ValidationRequest,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.domain.findings import Finding
    from engines.iceberg.datafiles import NewFiles
    from engines.work import Coverage, Examination, Rebuild, Rebuilt, Recomputation, Recomputed, Rewrite, Uncovered

__all__ = [
    "CandleQuery",
    "CatalogConfig",
    "Engine",
    "EngineConfig",
    "Observer",
    "RefreshRequest",
    "Silence",
    "TradeQuery",
    "ValidationRequest",
]


class Engine(ABC):
    """Does the work on rows that keeps candle tables up to date with a table of trades.

    Args:
        config: Catalog, table names, version.

    Attributes:
        name: The name users choose the engine by, and the name of its entry point.
        reads_equality_deletes: Whether it can read a source some of whose rows are deleted by value.
        tables: The tables, opened through the catalog.
    """

    name: ClassVar[str]
    reads_equality_deletes: ClassVar[bool] = False

    def __init__(self, config: EngineConfig) -> None:
        from engines.iceberg.catalog import Tables

        self.config = config
        self.tables = Tables(config.catalog, config.names)

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
    def check(self, work: "Examination", observer: Observer) -> "tuple[Finding, ...]":
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

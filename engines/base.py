"""The contract of an engine: what it is opened with, and six methods on rows.

An engine is what touches rows. Metadata (catalog, schema, state, changes, plans, commits) is shared by all engines;
what a run asks of an engine, and what it wants back, is in `engines.work`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, NewType, Self

from engines.domain.checks import Check, Machine
from engines.domain.findings import Finding
from engines.domain.limits import Limits
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
from engines.errors import UsageError
from engines.work import Coverage, Examination, Rebuild, Rebuilt, Recomputation, Recomputed, Rewrite, Uncovered

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.iceberg.datafiles import NewFiles

__all__ = [
    "CandleQuery",
    "CatalogConfig",
    "Engine",
    "EngineConfig",
    "Limits",
    "Location",
    "Observer",
    "Options",
    "RefreshRequest",
    "Secret",
    "Silence",
    "TradeQuery",
    "ValidationRequest",
]

Location = NewType("Location", str)
"""A path or an address; a relative path is meant from the folder of the settings file that it is written in."""

Secret = NewType("Secret", str)
"""A text that is never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What only one engine understands: ``[engines.NAME]`` in the settings.

    An engine declares a frozen dataclass of its own, with a default for every field. Types are bool, int, str,
    `Location`, `Secret`, a tuple of texts, each of these or None, and ``Mapping[str, str]`` for keys that are somebody
    else's names. What types cannot say, ``__post_init__`` refuses by a ValueError.
    """

    @classmethod
    def of(cls, given: Mapping[str, object], *, engine: str) -> Self:
        """Options from their names and values.

        Raises:
            UsageError: The engine knows no such option, or not with that value.
        """
        known = [field.name for field in fields(cls)]
        unknown = next((name for name in given if name not in known), None)
        if unknown is not None:
            raise UsageError(f"engine {engine} has no option {unknown!r}", hint=f"known: {', '.join(known) or 'none'}")
        try:
            return cls(**given)
        except ValueError as error:
            raise UsageError(f"options of engine {engine}: {error}", hint=f"mend [engines.{engine}]") from error


class Engine(ABC):
    """Does the work on rows that keeps candle tables up to date with a table of trades.

    Args:
        config: Catalog, table names, version.

    Attributes:
        name: The name users choose the engine by, and the name of its entry point.
        options_type: What it declares as its options.
        needs: Modules besides ours that it cannot be opened without; they are looked for, not imported.
        reads_equality_deletes: Whether it can read a source some of whose rows are deleted by value.
        options: What it was opened with.
        tables: The tables, opened through the catalog.
    """

    name: ClassVar[str]
    options_type: ClassVar[type[Options]] = Options
    needs: ClassVar[tuple[str, ...]] = ()
    reads_equality_deletes: ClassVar[bool] = False

    def __init__(self, config: EngineConfig) -> None:
        from engines.iceberg.catalog import Tables

        self.config = config
        self.options = self.options_type.of(config.options, engine=self.name)
        self.tables = Tables(config.catalog, config.names)

    @classmethod
    def checks(cls, options: Mapping[str, object], machine: Machine) -> Iterable[Check]:  # noqa: ARG003 - for those that have some
        """What `k2 doctor` is to look at beside our own packages; nothing is opened, no row is read.

        Args:
            options: What the engine would be opened with.
            machine: What may be asked.
        """
        return ()

    @abstractmethod
    def rebuild(self, work: Rebuild, observer: Observer) -> Rebuilt:
        """Make the candles of the work's intervals from scratch, audit them, publish them in one commit.

        Raises:
            ValidationFailed: The audit found a broken candle; nothing was published.
            Refused: Candles have lost all their trades, and `work.removed` is REFUSE; nothing was published.
            Conflict: Somebody else committed to the target since its head was seen; nothing was published.
        """

    @abstractmethod
    def read(self, query: CandleQuery | TradeQuery) -> "pa.RecordBatchReader":
        """The candles or the trades asked for, of one snapshot of their table.

        Rows are read as their batches are asked for, so that memory holds about `Limits.read` of them, and as many as
        a query's limit; what goes wrong with reading is raised there, as a K2Error.

        Returns:
            Candles: all columns in table order, sorted by exchange, symbol, window_start. Trades: the columns of
            `domain.tables.TRADES_READ`, as they were delivered, in any order.

        Raises:
            TableMissing: The table is not there.
            UsageError: The source cannot be read as trades, or not by this engine.
        """

    @abstractmethod
    def check(self, work: Examination, observer: Observer) -> tuple[Finding, ...]:
        """Hold the candles of one table against the invariants, and against the 1m candles where these are given."""

    @abstractmethod
    def recompute(self, work: Recomputation, observer: Observer) -> Recomputed:
        """Make candles from the trades again and hold the tables against them, every column but the stamps."""

    @abstractmethod
    def uncovered(self, work: Coverage) -> Uncovered:
        """The windows of a coarser table that do not hold the trades of finer candles that are about to go."""

    @abstractmethod
    def rewrite(self, work: Rewrite) -> "NewFiles":
        """Write the rows of partitions again, unchanged, each partition as one file.

        The files are committed, or let go, by the caller; an engine that fails leaves none behind.
        """

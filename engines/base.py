"""The contract of an engine: its configuration, and six methods that work on rows.

An engine reads and writes rows. The work on metadata (catalog, schema, state, changes, plans, commits) is shared by all
engines. `engines.work` defines the orders that a run gives to an engine, and their results.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, NewType, Self

from engines.domain.abilities import Abilities
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
    TradesConfig,
    ValidationRequest,
    WindowQuery,
)
from engines.errors import UsageError
from engines.work import Coverage, Examination, Merging, Rebuild, Rebuilt, Recomputation, Recomputed, Rewrite, Uncovered

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
    "TradesConfig",
    "ValidationRequest",
    "WindowQuery",
]

Location = NewType("Location", str)
"""A path or URL; a relative path is resolved against the folder of the settings file in which it is written."""

Secret = NewType("Secret", str)
"""A text that is never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options that only one engine has: ``[engines.NAME]`` in the settings.

    An engine declares its own frozen dataclass, with a default for every field. Allowed types are bool, int, str,
    `Location`, `Secret`, a tuple of str, each of these or None, and ``Mapping[str, str]`` for keys that another program
    defines. Constraints that types cannot express are checked in ``__post_init__``, which raises a ValueError.
    """

    @classmethod
    def of(cls, given: Mapping[str, object], *, engine: str) -> Self:
        """Create the options from a mapping of names to values.

        Raises:
            UsageError: An option is unknown, or its value is invalid.
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
    """An engine: does the work on rows that keeps candle tables up to date with a table of trades.

    Args:
        config: Catalog, tables, version, options and limits.

    Attributes:
        name: Name by which users choose the engine, and name of its entry point.
        options_type: Dataclass of the engine's options.
        needs: Third-party modules without which it cannot be opened; their presence is checked without importing them.
        reads_equality_deletes: Whether it can read a source table that has equality deletes.
        reads_avro: Whether it can read data files in Avro.
        reads_nanoseconds: Whether it can read times of the types timestamp_ns and timestamptz_ns.
        in_process: Whether it reads rows in this process, so that a few of them are read at once.
        config: The configuration it was opened with.
        options: The options it was opened with.
        tables: Opens the tables through the catalog.
    """

    name: ClassVar[str]
    options_type: ClassVar[type[Options]] = Options
    needs: ClassVar[tuple[str, ...]] = ()
    reads_equality_deletes: ClassVar[bool] = False
    in_process: ClassVar[bool] = False
    reads_avro: ClassVar[bool] = False
    reads_nanoseconds: ClassVar[bool] = True

    def __init__(self, config: EngineConfig) -> None:
        from engines.iceberg.catalog import Tables

        self.config = config
        self.options = self.options_type.of(config.options, engine=self.name)
        self.tables = Tables(config.catalog, config.names, config.trades, config.scale)

    @property
    def abilities(self) -> Abilities:
        """What it can read of the tables that others write."""
        return Abilities(
            equality_deletes=self.reads_equality_deletes, avro=self.reads_avro, nanoseconds=self.reads_nanoseconds
        )

    @classmethod
    def checks(cls, options: Mapping[str, object], machine: Machine) -> Iterable[Check]:  # noqa: ARG003 - for those that have some
        """The checks that the engine adds to `k2 doctor`; they open no engine and read no rows.

        Args:
            options: The options that the engine would be opened with.
            machine: Gives access to the environment: variables, packages, programs and files.
        """
        return ()

    @abstractmethod
    def rebuild(self, work: Rebuild, observer: Observer) -> Rebuilt:
        """Compute the candles of the work's intervals from scratch, audit them, and publish them in one commit.

        Raises:
            ValidationFailed: The audit found a candle that breaks an invariant; nothing was published.
            Refused: Candles have lost all their trades, and `work.removed` asks first; nothing was published.
            Conflict: Somebody else committed to the target after its head was read; nothing was published.
        """

    @abstractmethod
    def read(self, query: "CandleQuery | TradeQuery | Merging") -> "pa.RecordBatchReader":
        """Read the candles or trades that a query asks for, from one snapshot of each table.

        Rows are read as the record batches are requested, so that about `Limits.read` rows are in memory at once, and
        as many as the query's limit. Errors in reading are raised when a batch is requested, as a K2Error.

        Returns:
            Candles: all columns in table order, sorted by exchange, symbol, window_start, or as `CandleQuery.by_time`
            says. Merged candles: the columns of `domain.candle.MERGED_CANDLES`, sorted likewise. Trades: the columns of
            `domain.tables.TRADES_READ`, duplicates and invalid trades included, in any order.

        Raises:
            TableMissing: The table does not exist.
            UsageError: The source table lacks a needed column or one has another type, or this engine cannot read it.
            ValidationFailed: Candles cannot be merged: others wrote them without quote_volume, or the sums of a window
                have more than 38 digits.
        """

    @abstractmethod
    def check(self, work: Examination, observer: Observer) -> tuple[Finding, ...]:
        """Check the candles of one table against the invariants, and against the 1m candles if they are given."""

    @abstractmethod
    def recompute(self, work: Recomputation, observer: Observer) -> Recomputed:
        """Recompute candles from the trades and compare the tables with them, except created_at and updated_at."""

    @abstractmethod
    def uncovered(self, work: Coverage) -> Uncovered:
        """The windows of a coarser table that do not contain the trades of the finer candles about to be dropped."""

    @abstractmethod
    def rewrite(self, work: Rewrite) -> "NewFiles":
        """Rewrite partitions: the same rows, each partition as one data file.

        The caller commits or discards the files; an engine that fails must leave none behind.
        """

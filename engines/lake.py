"""A lake: trades and the candles kept from them, with everything that is done to both."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engines.base import CandleQuery, Engine, Observer, RefreshRequest, Silence, TradeQuery, ValidationRequest
from engines.domain.facts import TableFacts
from engines.domain.findings import Validation
from engines.domain.results import Appended, Refresh, TableCreation, TableStatus
from engines.domain.retention import PruneRequest
from engines.domain.series import Series
from engines.domain.tables import TableNames
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import Compaction, Prune

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.iceberg.catalog import Tables


class Lake:
    """The tables of one catalog and the engine that works on them.

    Metadata (catalog, schema, state, changes, plans, commits) is read and written here, the same way for every engine;
    the engine does what touches rows.

    Args:
        engine: Does the work on rows.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def names(self) -> TableNames:
        """What the tables are called."""
        return self.engine.config.names

    @property
    def tables(self) -> "Tables":
        """The tables, opened through the catalog."""
        return self.engine.tables

    def close(self) -> None:
        """Let go of the connections to the catalog; what is done later connects again."""
        self.tables.close()

    def create_tables(self, *, with_trades: bool = False, evolve: bool = False) -> tuple[TableCreation, ...]:
        """Make the tables that are not there; never drop one.

        Args:
            with_trades: Make an empty source table too.
            evolve: Mend what differs from the specification as far as Iceberg's evolution allows.
        """
        from engines.iceberg.creation import create_tables

        return create_tables(self.tables, with_trades=with_trades, evolve=evolve)

    def append(self, trades: "Iterable[pa.Table]", *, run_id: str) -> Appended:
        """Add trades to the source in one commit, in bounded memory.

        Args:
            trades: Tables with the columns of `domain.tables.TRADES`. When the iterable raises, nothing is added.
            run_id: Identity of the import, written into the snapshot.
        """
        from engines.iceberg.append import append_trades

        return append_trades(self.tables, trades, run_id=run_id)

    def aggregate(self, request: RefreshRequest, observer: Observer | None = None) -> Refresh:
        """Bring the candle tables exactly up to date with the source's current snapshot.

        Raises:
            TableMissing: The source or a target is not there.
            Conflict: Other runs were faster, more often than `EngineConfig.attempts`.
        """
        from engines.refresh.run import refresh

        return refresh(self.engine, request, observer or Silence())

    def candles(self, query: CandleQuery) -> "pa.RecordBatchReader":
        """The candles asked for, all columns in table order, sorted by exchange, symbol, window_start.

        They are read as their batches are asked for; what goes wrong with that is raised there.

        Raises:
            TableMissing: The table is not there.
        """
        return self.engine.read(query)

    def series(
        self,
        timeframe: Timeframe,
        *,
        exchange: str | None = None,
        symbol: str | None = None,
        most_rows: int | None = None,
    ) -> tuple[Series, ...]:
        """The series that have candles of a timeframe, sorted by exchange and symbol.

        They are read here, in this process, whatever the engine.

        Args:
            timeframe: The table.
            exchange: Only series of this exchange.
            symbol: Only series of this symbol.
            most_rows: Look at about so many of the newest candles only.

        Raises:
            TableMissing: The table is not there.
        """
        from engines.iceberg.series import series_of

        return series_of(self.tables, timeframe, exchange=exchange, symbol=symbol, most_rows=most_rows)

    def trades(self, query: TradeQuery) -> "pa.RecordBatchReader":
        """The trades asked for, as they were delivered, in any order: the columns of `domain.tables.TRADES_READ`.

        They are read as their batches are asked for; what goes wrong with that is raised there.

        Raises:
            TableMissing: There is no source.
            UsageError: It cannot be read as trades, or not by this engine.
        """
        return self.engine.read(query)

    def validate(self, request: ValidationRequest, observer: Observer | None = None) -> Validation:
        """Hold the candle tables against the invariants.

        Raises:
            TableMissing: A table is not there.
            UsageError: Candles are to be held against trades of a snapshot that is not kept any more.
        """
        from engines.validation.run import validate

        return validate(self.engine, request, observer or Silence())

    def prune(self, request: PruneRequest, observer: Observer | None = None) -> Prune:
        """Drop candles that are old, expire snapshots, delete the files that nothing reaches any more.

        Raises:
            TableMissing: A table is not there.
        """
        from engines.upkeep.prune import prune

        return prune(self.engine, request, observer or Silence())

    def compact(
        self, timeframes: tuple[Timeframe, ...], *, run_id: str, observer: Observer | None = None
    ) -> Compaction:
        """Merge the files of each partition that lies in several.

        Raises:
            TableMissing: A table is not there.
        """
        from engines.upkeep.compact import compact

        return compact(self.engine, timeframes, run_id=run_id, observer=observer or Silence())

    def status(self, *, now: int) -> tuple[TableStatus, ...]:
        """The source and the candle tables, from metadata alone."""
        from engines.iceberg.status import table_statuses

        return table_statuses(self.tables, now=now)

    def inspect(self) -> tuple[TableFacts, ...]:
        """The source and the candle tables: where they lie, when they changed, their branches."""
        from engines.iceberg.inspection import table_facts

        return table_facts(self.tables)

    def probe_storage(self) -> str:
        """Write a small file beside the candles, read it again, delete it; return where that was done.

        Raises:
            UsageError: There is no table yet, and no warehouse is set.
            Unavailable: It did not work.
        """
        from engines.iceberg.inspection import probe_storage

        return probe_storage(self.tables)

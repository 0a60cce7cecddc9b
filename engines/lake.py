"""A lake: the table of trades, the candle tables made from it, and all operations on them."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from engines.base import (
    CandleQuery,
    CatalogConfig,
    Engine,
    Observer,
    RefreshRequest,
    Silence,
    TradeQuery,
    ValidationRequest,
    WindowQuery,
)
from engines.domain.decimals import Decimals
from engines.domain.facts import TableFacts, Unfit
from engines.domain.findings import Validation
from engines.domain.imports import ImportRecord
from engines.domain.look import MOST_ROWS, Look, SourceFacts
from engines.domain.orders import DeleteRequest, Merge, MergeRequest, Removal, UndoRequest
from engines.domain.results import Appended, Refresh, TableCreation, TableStatus
from engines.domain.retention import PruneRequest
from engines.domain.series import Series
from engines.domain.tables import TableNames, TradesPartition
from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import Compaction, Prune, Return, ReturnRequest

if TYPE_CHECKING:
    import pyarrow as pa

    from engines.iceberg.catalog import Tables
    from engines.reading.candles import MergedCandles


class Lake:
    """The tables of one catalog, and the engine that works on them.

    Metadata (catalog, schema, state, changes, plans, commits) is read and written in the same way for every engine; the
    engine does the work on rows.

    Args:
        engine: Does the work on rows.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def names(self) -> TableNames:
        """The names of the tables."""
        return self.engine.config.names

    @property
    def tables(self) -> "Tables":
        """Opens the tables through the catalog."""
        return self.engine.tables

    def _refuse_copy(self) -> None:
        """Refuse to write in a copy of a project, whose tables are the original's."""
        from engines.iceberg.copied_tables import refuse_copy

        refuse_copy(self.tables)

    def close(self) -> None:
        """Close the connections to the catalog; later operations connect again."""
        self.tables.close()

    def create_tables(
        self, *, with_trades: bool = False, evolve: bool = False, partition_by: TradesPartition | None = None
    ) -> tuple[TableCreation, ...]:
        """Create the tables that do not exist; never drop one.

        Args:
            with_trades: Create an empty source table, too.
            evolve: Change candle tables that differ from the specification, as far as Iceberg can evolve them, and
                widen the quantities of an older source table of ours.
            partition_by: Partitioning of the source table, if it is created; None: by day. A table that exists with
                another partitioning than asked for counts as different.
        """
        from engines.iceberg.creation import create_tables

        return create_tables(self.tables, with_trades=with_trades, evolve=evolve, partition_by=partition_by)

    def number_types(self) -> tuple[Decimals, Decimals]:
        """Types of price and quantity in the source table: what does not fit them cannot be appended.

        Raises:
            TableMissing: The source table does not exist.
        """
        from engines.iceberg.append import number_types

        return number_types(self.tables.source())

    def append(
        self,
        trades: "Iterable[pa.Table]",
        *,
        run_id: str,
        record: Callable[[], ImportRecord] | None = None,
        mix: bool = False,
        again: bool = False,
    ) -> Appended:
        """Append trades to the source table in one commit, in bounded memory.

        Args:
            trades: Tables with the columns of `domain.tables.TRADES`. If the iterable raises, nothing is appended.
            run_id: Id of the import, written to the snapshot summary.
            record: Gives what later imports are to know of this one, which is what it is held against the table by;
                asked for when all trades have been read. None: nothing is checked.
            mix: Whether single trades and aggregates of them in one time of a series are wanted.
            again: Whether files are wanted that the table has already.

        Raises:
            TableMissing: The source table does not exist.
            UsageError: The trades do not fit it exactly; the error names each column.
            Refused: A series has trades of another kind in the time of the import, or was imported with another shift;
                or the table has the files. What others commit meanwhile counts as well.
            Conflict: Others kept changing the table.
        """
        from engines.importing.run import append

        self._refuse_copy()
        return append(self.engine, trades, run_id=run_id, record=record, mix=mix, again=again)

    def imported_files(self, digests: Collection[str]) -> dict[str, str]:
        """Those of the files, by the digests in records of imports, that the source table has; each with its run.

        Raises:
            TableMissing: The source table does not exist.
        """
        from engines.iceberg.imports import imported_files

        return imported_files(self.tables.source(), digests)

    def undo(self, request: UndoRequest, observer: Observer | None = None) -> Removal:
        """Take an import back: its trades go in one snapshot, and their candles at the next refresh.

        Raises:
            TableMissing: The source table does not exist.
            UsageError: No import of that run is known.
            Refused: It was taken back already, or its files were rewritten together with other trades.
        """
        from engines.upkeep.undo import undo

        self._refuse_copy()
        return undo(self.engine, request, observer or Silence())

    def delete_trades(self, request: DeleteRequest, observer: Observer | None = None) -> Removal:
        """Take trades of a series out, in one snapshot; their candles follow at the next refresh.

        Raises:
            TableMissing: The source table does not exist.
            Refused: The table is not one that k2 writes.
            Conflict: The trades are not those that were agreed to, or others kept changing the table.
        """
        from engines.upkeep.delete import delete

        self._refuse_copy()
        return delete(self.engine, request, observer or Silence())

    def merge_trades(self, request: MergeRequest, observer: Observer | None = None) -> Merge:
        """Merge files of trades and drop exact copies, in one snapshot that no refresh takes for a change.

        Raises:
            TableMissing: The source table does not exist.
            Refused: The table is not one as k2 makes them.
        """
        from engines.upkeep.merge_trades import merge_trades

        self._refuse_copy()
        return merge_trades(self.engine, request, observer or Silence())

    def aggregate(self, request: RefreshRequest, observer: Observer | None = None) -> Refresh:
        """Bring the candle tables exactly up to date with the current snapshot of the source table.

        A table that fails (for example by a Conflict on each of `EngineConfig.attempts` attempts) does not stop the
        others: its result carries the failure.

        Raises:
            TableMissing: The source table or a candle table does not exist.
            UsageError: The source table cannot be read as trades, or a candle table cannot hold the candles.
        """
        from engines.refresh.run import refresh

        self._refuse_copy()
        return refresh(self.engine, request, observer or Silence())

    def candles(self, query: CandleQuery) -> "pa.RecordBatchReader":
        """Read the candles that a query asks for: all columns in table order, sorted by exchange, symbol, window_start.

        If the query says `by_time`, they are sorted by window_start first. Rows are read as the record batches are
        requested; errors in reading are raised then.

        Raises:
            TableMissing: The table does not exist.
        """
        return self.engine.read(query)

    def merged_candles(self, query: WindowQuery) -> "MergedCandles":
        """Read candles of any windows, merged from the stored ones; see `engines.reading.candles`.

        Raises:
            UsageError: Of the time from the query's start on, only candles are left that are too long to be merged.
        """
        from engines.reading.candles import merged_candles

        return merged_candles(self.engine, query)

    def series(
        self,
        timeframe: Timeframe,
        *,
        exchange: str | None = None,
        symbol: str | None = None,
        most_rows: int | None = None,
    ) -> tuple[Series, ...]:
        """The series that have candles of a timeframe, sorted by exchange and symbol.

        They are read in this process, whatever the engine.

        Args:
            timeframe: The timeframe of the candle table.
            exchange: Only series of this exchange.
            symbol: Only series of this symbol.
            most_rows: Read only about this many of the newest candles.

        Raises:
            TableMissing: The table does not exist.
        """
        from engines.iceberg.series import series_of

        return series_of(self.tables, timeframe, exchange=exchange, symbol=symbol, most_rows=most_rows)

    def trades(self, query: TradeQuery) -> "pa.RecordBatchReader":
        """Read the trades that a query asks for, in any order: the columns of `domain.tables.TRADES_READ`.

        Duplicates and invalid trades are included. Rows are read as the record batches are requested; errors in reading
        are raised then.

        Raises:
            TableMissing: The source table does not exist.
            UsageError: The source table lacks a needed column or one has another type, or this engine cannot read it.
        """
        return self.engine.read(query)

    def validate(self, request: ValidationRequest, observer: Observer | None = None) -> Validation:
        """Check the candle tables against the invariants.

        Raises:
            TableMissing: A table does not exist.
            UsageError: Candles cannot be compared with the trades: their source snapshot is unknown or expired.
        """
        from engines.validation.run import validate

        return validate(self.engine, request, observer or Silence())

    def prune(self, request: PruneRequest, observer: Observer | None = None) -> Prune:
        """Drop candles older than their retention, expire snapshots, and delete the files that are unreferenced then.

        Raises:
            TableMissing: A table does not exist.
        """
        from engines.upkeep.prune import prune

        self._refuse_copy()
        return prune(self.engine, request, observer or Silence())

    def go_back(self, request: ReturnRequest, observer: Observer | None = None) -> Return:
        """Make an older snapshot of candle tables current again, with the fence that it has.

        A table that fails does not stop the others.

        Raises:
            TableMissing: A table does not exist.
        """
        from engines.upkeep.go_back import go_back

        self._refuse_copy()
        return go_back(self.engine, request, observer or Silence())

    def compact(
        self, timeframes: tuple[Timeframe, ...], *, run_id: str, observer: Observer | None = None
    ) -> Compaction:
        """Merge the data files of each partition that has several.

        For all tables: those files of trades, too, of which the table no longer tells which import brought them.

        Raises:
            TableMissing: A table does not exist.
        """
        from engines.upkeep.compact import compact

        self._refuse_copy()
        return compact(self.engine, timeframes, run_id=run_id, observer=observer or Silence())

    def status(self, *, now: int) -> tuple[TableStatus, ...]:
        """The status of the source table and of the candle tables, from metadata alone."""
        from engines.iceberg.status import table_statuses

        return table_statuses(self.tables, now=now)

    def inspect(self) -> tuple[TableFacts, ...]:
        """Facts about the source table and the candle tables: location, time of the last commit, branches."""
        from engines.iceberg.inspection import table_facts

        return table_facts(self.tables)

    def source_facts(self) -> SourceFacts:
        """Facts about the source table from its metadata: how it is read, and what each run has to do because of it.

        Raises:
            TableMissing: It does not exist.
            UsageError: It cannot be read as trades.
        """
        from engines.iceberg.source_facts import source_facts

        return source_facts(self.tables)

    def look(self, *, most_rows: int = MOST_ROWS) -> Look:
        """Look at about so many of the newest rows of the source: what they are as trades, what a run would leave out.

        Raises:
            TableMissing: The source table does not exist.
            UsageError: It cannot be read as trades, or not by this engine.
        """
        from engines.reading.look import look

        return look(self.engine, most_rows)

    def head(self, timeframe: Timeframe) -> tuple[int | None, int | None]:
        """The current snapshot of a candle table, and when it was committed, microseconds; None if it is empty.

        Raises:
            TableMissing: The table does not exist.
        """
        head = self.tables.target(timeframe).current_snapshot()
        return (None, None) if head is None else (head.snapshot_id, head.timestamp_ms * 1000)

    def unkept_timeframes(self) -> tuple[Timeframe, ...]:
        """Timeframes that have a candle table, finest first, although `names` has none: no run updates it.

        Raises:
            Unavailable: The catalog does not answer.
        """
        from engines.iceberg.inspection import unkept_timeframes

        return unkept_timeframes(self.tables)

    def unfit_tables(self) -> tuple[Unfit, ...]:
        """What keeps the source from being read as trades, or candle tables from holding candles, as a run would say.

        Raises:
            UsageError: The metadata of a table cannot be read.
        """
        from engines.iceberg.inspection import unfit_tables

        return tuple(unfit_tables(self.tables, self.engine.abilities))

    def lost_files(self) -> dict[str, tuple[str, ...]]:
        """The data files of candle tables that are not in the storage, by table; one listing each.

        Raises:
            Unavailable: The storage does not answer.
        """
        from engines.iceberg.damage import lost_files

        return lost_files(self.tables)

    def probe_storage(self) -> str:
        """Write a small file next to the candles, read it back, delete it; return the folder where this was done.

        Raises:
            Refused: This is a copy of a project, and the folder is the original's.
            UsageError: There is no table yet, and no warehouse is set.
            Unavailable: The file could not be written, read back or deleted.
        """
        from engines.iceberg.inspection import probe_storage

        self._refuse_copy()
        return probe_storage(self.tables)


def probe_warehouse(config: CatalogConfig) -> str:
    """Do what `Lake.probe_storage` does in the warehouse of a catalog that is not there yet; return the warehouse.

    Raises:
        UsageError: No warehouse is set, or of a kind that is not known.
        Unavailable: The file could not be written, read back or deleted.
    """
    from engines.iceberg.inspection import probe_warehouse

    return probe_warehouse(config)

"""Changes of every kind to a source table, which a refresh must follow, with a model of the rows it should hold.

The changes are made by PyIceberg, or by `surgery` from its parts; none uses the code under test, but for the orders
that a user gives to k2: what these must do is told by PyIceberg beforehand.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.snapshots import Operation

from engines.base import CandleQuery, Engine, RefreshRequest
from engines.domain.decimals import SCALE
from engines.domain.interval import EVER, Interval
from engines.domain.orders import DeleteRequest, MergeRequest, UndoRequest
from engines.domain.results import Refresh, TableRefresh
from engines.domain.tables import TradesPartition
from engines.domain.timeframe import Timeframe
from engines.iceberg.scale import candle_scale, source_scale
from engines.lake import Lake
from engines.testing import oracle
from engines.testing.arrow import candles_of, trades_table
from engines.testing.oracle import Candle, Trade
from engines.testing.surgery import delete_by_value, delete_rows, expire, live_rows, replace_files, rewrite_files

_COLUMNS = tuple(field.name for field in fields(Trade))


@dataclass(frozen=True, slots=True)
class Place:
    """Position of a data file among those of the source, by which tests pick files.

    Attributes:
        rank: Index of the file in order of event time, from 0 on.
        first: First event time in the file; 0 if the file has no column bounds.
        last: Last event time in the file; 0 if the file has no column bounds.
        rows: Number of rows in the file, including deleted ones.
    """

    rank: int
    first: int
    last: int
    rows: int


Pick = Callable[[Place], bool]


def everywhere(_: Place) -> bool:
    """Pick all data files."""
    return True


class PreparedLake(Lake):
    """A lake for a test, with a second engine that makes the candles the test begins with.

    Args:
        engine: The engine under test.
        preparing: The second engine, on the same tables. As all engines make the same candles, the fastest will do.
    """

    def __init__(self, engine: Engine, preparing: Engine) -> None:
        super().__init__(engine)
        self.preparing = Lake(preparing)

    def begin(self) -> None:
        """Create the empty tables that a test begins with, the source by hours."""
        self.create_tables(with_trades=True, partition_by=TradesPartition.HOUR)


class History:
    """The changing source table of a lake, with a model of the rows it should hold.

    Args:
        lake: The lake whose source table is changed; the table must exist.

    Attributes:
        rows: The rows that the source's current snapshot must hold, with the number of times each occurs.
    """

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.rows: Counter[Trade] = Counter(trades_of(self.table))
        self._rows_at: dict[int, Counter[Trade]] = {}
        self._remember()

    @property
    def table(self) -> Table:
        """The source table, freshly loaded."""
        return self.lake.tables.source()

    @property
    def identity(self) -> oracle.Identity:
        """What the trades are told apart by: what the lake was told, else what the table records, else id-time."""
        chosen = self.lake.engine.config.trades.identity
        recorded = self.table.properties.get("k2.identity", "id-time")
        return "id" if (recorded == "id" and chosen is None) or chosen == "id" else "id-time"

    @property
    def trades(self) -> list[Trade]:
        """The rows that the source should hold, as a list."""
        return list(self.rows.elements())

    @property
    def versions(self) -> list[int]:
        """Ids of the earlier snapshots that `go_to` can restore, oldest first; the current one is not among them."""
        table = self.table
        kept = [snapshot.snapshot_id for snapshot in table.metadata.snapshots]
        return [one for one in kept if one in self._rows_at and one != table.metadata.current_snapshot_id]

    def aggregate(self, now: int, *timeframes: Timeframe, **options: object) -> Refresh:
        """Run `aggregate` once.

        Args:
            now: The time of the run.
            timeframes: Timeframes of the candle tables to refresh; none: all tables.
            options: Further fields of `RefreshRequest`.
        """
        request = RefreshRequest(
            timeframes=timeframes or self.lake.names.timeframes,
            now=now,
            run_id=str(uuid.uuid4()),
            **options,  # type: ignore[arg-type]
        )
        return self.lake.aggregate(request)

    def run(self, now: int, *timeframes: Timeframe, **options: object) -> tuple[TableRefresh, ...]:
        """Call `aggregate`, assert that the run succeeds, and return the result of each table."""
        refresh = self.aggregate(now, *timeframes, **options)
        assert refresh.exit_code == 0, [table.failure for table in refresh.tables]
        return refresh.tables

    def prepare(self, now: int, *timeframes: Timeframe, **options: object) -> tuple[TableRefresh, ...]:
        """Run like `run`, but not under test: with the preparing engine of the lake if it has one."""
        lake = self.lake
        self.lake = lake.preparing if isinstance(lake, PreparedLake) else lake
        try:
            return self.run(now, *timeframes, **options)
        finally:
            self.lake = lake

    def candles(self, timeframe: Timeframe) -> list[Candle]:
        """The candles in a candle table, read by the engine under test."""
        return candles_of(self.lake.candles(CandleQuery(timeframe=timeframe)).read_all())

    def truth(self, timeframe: Timeframe, until: int) -> list[Candle]:
        """The oracle's candles for all windows that end at or before an instant, which the candle table should hold."""
        places = candle_scale(self.lake.tables.target(timeframe)).places
        made = oracle.candles(self.rows.elements(), timeframe.duration, self.identity, places)
        return [candle for candle in made if candle.window_end <= until]

    def prove(self, until: int, *timeframes: Timeframe) -> None:
        """Assert that the candle tables of the timeframes (default: all) hold exactly the oracle's candles."""
        for timeframe in timeframes or self.lake.names.timeframes:
            assert self.candles(timeframe) == self.truth(timeframe, until), timeframe

    def check(self) -> None:
        """Assert that PyIceberg reads exactly the modelled rows, so that no change was modelled wrongly."""
        assert Counter(trades_of(self.table)) == self.rows

    def append(self, trades: Sequence[Trade]) -> None:
        """Append trades (new ones, late ones or duplicates) in one commit, with one file per partition."""
        if trades:
            self.table.append(self._arrow(trades))
            self._became(self.rows + Counter(trades))

    def bring(self, trades: Sequence[Trade], run_id: str = "") -> str:
        """Import trades as `k2 trades import` does; return the run, by which `undo` takes them back."""
        run_id = run_id or str(uuid.uuid4())
        self.lake.append([self._arrow(trades)], run_id=run_id)
        self._became(self.rows + Counter(trades))
        return run_id

    def undo(self, run_id: str) -> None:
        """Take an import back; of a refusal nothing is modelled, for nothing may happen."""
        table = self.table
        found = [
            s
            for s in table.metadata.snapshots
            if s.summary and s.summary.additional_properties.get("k2.run-id") == run_id
        ]
        brought = {path for snapshot in found for path in _added_paths(table, snapshot.snapshot_id)}
        gone = Counter(_rows(table, [task for task in _tasks(table) if task.file.file_path in brought]))
        self.lake.undo(UndoRequest(import_id=run_id, run_id=str(uuid.uuid4())))
        self._became(self.rows - gone)

    def take_out(self, exchange: str, symbol: str, start: int, end: int) -> None:
        """Delete the trades of a series with start <= timestamp < end as `k2 trades delete` does."""
        times, run_id = Interval(start, end), str(uuid.uuid4())
        self.lake.delete_trades(DeleteRequest(exchange=exchange, symbol=symbol, times=times, run_id=run_id))
        going = self._within(start, end)
        self._became(
            self.rows
            - Counter({row: n for row, n in going.items() if (row.exchange, row.symbol) == (exchange, symbol)})
        )

    def merge(self) -> None:
        """Merge files as `k2 trades compact` does, which may drop copies of rows, and nothing else."""
        self.lake.merge_trades(MergeRequest(times=EVER, run_id=str(uuid.uuid4())))
        left = Counter(trades_of(self.table))
        assert left.keys() == self.rows.keys()
        assert left <= self.rows
        self._became(left)

    def overwrite(self, start: int, end: int, trades: Sequence[Trade]) -> None:
        """Replace the rows with start <= timestamp < end by trades, by rewriting files (copy on write)."""
        if self._within(start, end):
            self.table.overwrite(self._arrow(trades), overwrite_filter=_between(start, end))
            self._became(self.rows - self._within(start, end) + Counter(trades))

    def delete(self, start: int, end: int) -> None:
        """Delete the rows with start <= timestamp < end; whole files by metadata alone, others by copy on write."""
        if self._within(start, end):
            self.table.delete(_between(start, end))
            self._became(self.rows - self._within(start, end))

    def drop_files(self, wanted: Pick) -> None:
        """Remove whole data files, as a retention or a dropped partition does."""
        table = self.table
        tasks = _tasks(table, wanted)
        if tasks:
            gone = Counter(_rows(table, tasks))
            replace_files(table, [task.file for task in tasks], [], Operation.DELETE)
            self._became(self.rows - gone)

    def mask(self, wanted: Pick, every: int = 2, *, scoped: bool = True) -> None:
        """Delete rows of some data files by position delete files, as other engines write them.

        Args:
            wanted: Picks the data files.
            every: Delete every n-th row: 1 deletes all rows, 2 every other one.
            scoped: Write one delete file per data file, with its path in the bounds; else one per partition, without
                bounds.
        """
        table = self.table
        tasks = _tasks(table, wanted)
        if not tasks:
            return
        before = Counter(_rows(table, tasks))
        positions = {task.file.file_path: list(range(0, task.file.record_count, every)) for task in tasks}
        delete_rows(table, [task.file for task in tasks], positions, scoped=scoped)
        table = self.table
        paths = set(positions)
        after = Counter(_rows(table, [task for task in _tasks(table) if task.file.file_path in paths]))
        self._became(self.rows - before + after)

    def delete_by_id(self, message_id: str) -> None:
        """Delete all rows of a message_id by equality delete files, which PyIceberg cannot read."""
        table = self.table
        delete_by_value(table, [task.file for task in table.scan().plan_files()], "message_id", [message_id])
        self._became(Counter({row: n for row, n in self.rows.items() if row.message_id != message_id}))

    def compact(self, wanted: Pick) -> None:
        """Compact some data files: rewrite their live rows to new files without changing any row."""
        table = self.table
        tasks = _tasks(table, wanted)
        if tasks:
            rewrite_files(table, tasks)
            self._became(self.rows)

    def go_to(self, snapshot_id: int) -> None:
        """Make another snapshot the current one, as a rollback, a cherry-pick or a fast-forward does."""
        self.table.manage_snapshots().set_current_snapshot(snapshot_id=snapshot_id).commit()
        self._became(self._rows_at[snapshot_id])

    def name(self, branch: str) -> None:
        """Create a branch at the head, which protects that snapshot from expiry and changes nothing else."""
        head = self.table.current_snapshot()
        if head is not None:
            self.table.manage_snapshots().create_branch(head.snapshot_id, branch).commit()

    def expire(self, snapshot_ids: Iterable[int], *, like_java: bool = False) -> None:
        """Expire snapshots, except the current one and those with a branch or a tag.

        Args:
            snapshot_ids: Ids of the snapshots to expire.
            like_java: Keep the parent ids of the remaining snapshots, as Java does; PyIceberg clears those of children
                of expired snapshots.
        """
        expire(self.lake.tables, self.table, snapshot_ids, like_java=like_java)

    def replace(self, trades: Sequence[Trade]) -> None:
        """Drop the source table and create a new one in its place, with these trades."""
        table = self.table
        name, schema, spec, properties = table.name(), table.schema(), table.spec(), table.properties
        self.lake.tables.catalog.drop_table(name)
        self.lake.tables.catalog.create_table(name, schema, partition_spec=spec, properties=dict(properties))
        self._rows_at = {}
        self._became(Counter())
        self.append(trades)

    def _within(self, start: int, end: int) -> Counter[Trade]:
        return Counter({row: n for row, n in self.rows.items() if start <= (row.timestamp or 0) < end})

    def _arrow(self, trades: Sequence[Trade]) -> pa.Table:
        table = self.table
        schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
        return trades_table(trades, source_scale(table) or SCALE).select(schema.names).cast(schema)

    def _became(self, rows: Counter[Trade]) -> None:
        self.rows = Counter({row: count for row, count in rows.items() if count})
        self._remember()

    def _remember(self) -> None:
        head = self.table.current_snapshot()
        if head is not None:
            self._rows_at[head.snapshot_id] = self.rows


def trade(timestamp: int, message_id: str = "1", price: str = "1", quantity: str = "1", **columns: object) -> Trade:
    """A trade; by default of BTCUSDT on binance, which other columns may override."""
    series = {"exchange": "binance", "symbol": "BTCUSDT"}
    numbers = {"price": Decimal(price), "quantity": Decimal(quantity)}
    return Trade(timestamp=timestamp, message_id=message_id, **{**series, **numbers, **columns})  # type: ignore[arg-type]


def trades_of(table: Table) -> list[Trade]:
    """The rows of a source table, read by PyIceberg."""
    return _trades(table.scan().to_arrow())


def _between(start: int, end: int) -> str:
    return f"timestamp >= {start} AND timestamp < {end}"


def _tasks(table: Table, wanted: Pick = everywhere) -> list[FileScanTask]:
    field = table.schema().find_field("timestamp").field_id

    def place(task: FileScanTask) -> tuple[int, int, int]:
        low, high = (
            int.from_bytes((bounds or {}).get(field, b""), "little", signed=True)
            for bounds in (task.file.lower_bounds, task.file.upper_bounds)
        )
        return low, high, task.file.record_count

    ordered = sorted(table.scan().plan_files(), key=place)
    return [task for rank, task in enumerate(ordered) if wanted(Place(rank, *place(task)))]


def _added_paths(table: Table, snapshot_id: int) -> set[str]:
    entries = table.inspect.entries(snapshot_id).to_pylist()
    return {entry["data_file"]["file_path"] for entry in entries if entry["snapshot_id"] == snapshot_id}


def _rows(table: Table, tasks: Sequence[FileScanTask]) -> list[Trade]:
    return _trades(live_rows(table, tasks))


def _trades(rows: pa.Table) -> list[Trade]:
    present = [name for name in _COLUMNS if name in rows.column_names]
    return [Trade(**(dict.fromkeys(_COLUMNS) | row)) for row in rows.select(present).to_pylist()]

"""Changes of every kind to a table of trades, and beside it the rows it should hold: what a refresh must survive.

Made by PyIceberg, or by `surgery` from its parts; none uses the code under test.
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
from engines.domain.results import Refresh, TableRefresh
from engines.domain.timeframe import Timeframe
from engines.lake import Lake
from engines.testing import oracle
from engines.testing.arrow import candles_of, trades_table
from engines.testing.oracle import Candle, Trade
from engines.testing.surgery import delete_by_value, delete_rows, expire, live_rows, replace_files, rewrite_files

_COLUMNS = tuple(field.name for field in fields(Trade))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data file of the source is, to pick it by.

    Attributes:
        rank: Its number in order of event time, from 0 on.
        first: Its first event time; 0 where its writer left the bounds out.
        last: Its last event time.
        rows: Rows in it, deleted ones too.
    """

    rank: int
    first: int
    last: int
    rows: int


Pick = Callable[[Place], bool]


def everywhere(_: Place) -> bool:
    """Picks all data files."""
    return True


class PreparedLake(Lake):
    """A lake for a test: what the test begins with is made by another engine than the one under test.

    Args:
        engine: Under test.
        preparing: Works on the same tables; all engines make the same candles, and one is the quickest.
    """

    def __init__(self, engine: Engine, preparing: Engine) -> None:
        super().__init__(engine)
        self.preparing = Lake(preparing)


class History:
    """The source of a lake under change, and the rows it should hold.

    Args:
        lake: Its source, which must exist, is changed.

    Attributes:
        rows: What a reader of the source's current snapshot must find, each row as often as it is there.
    """

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.rows: Counter[Trade] = Counter(trades_of(self.table))
        self._rows_at: dict[int, Counter[Trade]] = {}
        self._remember()

    @property
    def table(self) -> Table:
        """The source as it is now."""
        return self.lake.tables.source()

    @property
    def trades(self) -> list[Trade]:
        """The rows as a list."""
        return list(self.rows.elements())

    @property
    def versions(self) -> list[int]:
        """The snapshots that can be gone back to, oldest first; the current one is not among them."""
        table = self.table
        kept = [snapshot.snapshot_id for snapshot in table.metadata.snapshots]
        return [one for one in kept if one in self._rows_at and one != table.metadata.current_snapshot_id]

    def aggregate(self, now: int, *timeframes: Timeframe, **options: object) -> Refresh:
        """One run at a time of its clock; of all tables where none is named. Options are those of `RefreshRequest`."""
        request = RefreshRequest(
            timeframes=timeframes or self.lake.names.timeframes,
            now=now,
            run_id=str(uuid.uuid4()),
            **options,  # type: ignore[arg-type]
        )
        return self.lake.aggregate(request)

    def run(self, now: int, *timeframes: Timeframe, **options: object) -> tuple[TableRefresh, ...]:
        """A run that must succeed: what became of each table."""
        refresh = self.aggregate(now, *timeframes, **options)
        assert refresh.exit_code == 0, [table.failure for table in refresh.tables]
        return refresh.tables

    def prepare(self, now: int, *timeframes: Timeframe, **options: object) -> tuple[TableRefresh, ...]:
        """A run as by `run` that is not under test: by the engine that prepares the lake, where it has one."""
        lake = self.lake
        self.lake = lake.preparing if isinstance(lake, PreparedLake) else lake
        try:
            return self.run(now, *timeframes, **options)
        finally:
            self.lake = lake

    def candles(self, timeframe: Timeframe) -> list[Candle]:
        """What the table holds."""
        return candles_of(self.lake.candles(CandleQuery(timeframe=timeframe)).read_all())

    def truth(self, timeframe: Timeframe, until: int) -> list[Candle]:
        """What it should hold when every window that ends at or before the instant is published: the oracle's."""
        made = oracle.candles(self.rows.elements(), timeframe.duration)
        return [candle for candle in made if candle.window_end <= until]

    def prove(self, until: int, *timeframes: Timeframe) -> None:
        """Each table (of those named, else all) holds the oracle's candles and no other."""
        for timeframe in timeframes or self.lake.names.timeframes:
            assert self.candles(timeframe) == self.truth(timeframe, until), timeframe

    def check(self) -> None:
        """The rows are those that PyIceberg's own reader finds: no change was modelled wrongly."""
        assert Counter(trades_of(self.table)) == self.rows

    def append(self, trades: Sequence[Trade]) -> None:
        """New trades, late ones, copies of those that are there: an append of a file for each partition."""
        if trades:
            self.table.append(self._arrow(trades))
            self._became(self.rows + Counter(trades))

    def overwrite(self, start: int, end: int, trades: Sequence[Trade]) -> None:
        """The rows with start <= timestamp < end are replaced: files are written anew (copy on write)."""
        if self._within(start, end):
            self.table.overwrite(self._arrow(trades), overwrite_filter=_between(start, end))
            self._became(self.rows - self._within(start, end) + Counter(trades))

    def delete(self, start: int, end: int) -> None:
        """The rows with start <= timestamp < end go: by metadata where whole files do, else copy on write."""
        if self._within(start, end):
            self.table.delete(_between(start, end))
            self._became(self.rows - self._within(start, end))

    def drop_files(self, wanted: Pick) -> None:
        """Whole data files go, as by a retention or a dropped partition."""
        table = self.table
        tasks = _tasks(table, wanted)
        if tasks:
            gone = Counter(_rows(table, tasks))
            replace_files(table, [task.file for task in tasks], [], Operation.DELETE)
            self._became(self.rows - gone)

    def mask(self, wanted: Pick, every: int = 2, *, scoped: bool = True) -> None:
        """Every so-manieth row of some files goes by position delete files, as other engines write them.

        Args:
            wanted: Which data files.
            every: 1 masks all rows, 2 every other one.
            scoped: One delete file for each data file, naming it in its bounds; else one for each partition, without.
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
        """All rows of a message_id go by equality delete files, which PyIceberg cannot read."""
        table = self.table
        delete_by_value(table, [task.file for task in table.scan().plan_files()], "message_id", [message_id])
        self._became(Counter({row: n for row, n in self.rows.items() if row.message_id != message_id}))

    def compact(self, wanted: Pick) -> None:
        """Files are written anew with the rows that are left of them: no row changes."""
        table = self.table
        tasks = _tasks(table, wanted)
        if tasks:
            rewrite_files(table, tasks)
            self._became(self.rows)

    def go_to(self, snapshot_id: int) -> None:
        """Another snapshot becomes the current one: a rollback, a cherry-pick, a fast-forward."""
        self.table.manage_snapshots().set_current_snapshot(snapshot_id=snapshot_id).commit()
        self._became(self._rows_at[snapshot_id])

    def name(self, branch: str) -> None:
        """A branch is made at the head; it keeps the snapshot from expiry and changes nothing else."""
        head = self.table.current_snapshot()
        if head is not None:
            self.table.manage_snapshots().create_branch(head.snapshot_id, branch).commit()

    def expire(self, snapshot_ids: Iterable[int], *, like_java: bool = False) -> None:
        """Old snapshots go; named ones and the current one stay.

        Args:
            snapshot_ids: Which.
            like_java: The children keep the names of their parents. PyIceberg makes orphans of them.
        """
        expire(self.lake.tables, self.table, snapshot_ids, like_java=like_java)

    def replace(self, trades: Sequence[Trade]) -> None:
        """The table is dropped and another one made in its place."""
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
        schema = schema_to_pyarrow(self.table.schema(), include_field_ids=False)
        return trades_table(trades).select(schema.names).cast(schema)

    def _became(self, rows: Counter[Trade]) -> None:
        self.rows = Counter({row: count for row, count in rows.items() if count})
        self._remember()

    def _remember(self) -> None:
        head = self.table.current_snapshot()
        if head is not None:
            self._rows_at[head.snapshot_id] = self.rows


def trade(timestamp: int, message_id: str = "1", price: str = "1", quantity: str = "1", **columns: object) -> Trade:
    """A trade of one series, unless columns say otherwise."""
    series = {"exchange": "binance", "symbol": "BTCUSDT"}
    numbers = {"price": Decimal(price), "quantity": Decimal(quantity)}
    return Trade(timestamp=timestamp, message_id=message_id, **{**series, **numbers, **columns})  # type: ignore[arg-type]


def trades_of(table: Table) -> list[Trade]:
    """The rows of a table of trades, by PyIceberg's reader."""
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


def _rows(table: Table, tasks: Sequence[FileScanTask]) -> list[Trade]:
    return _trades(live_rows(table, tasks))


def _trades(rows: pa.Table) -> list[Trade]:
    present = [name for name in _COLUMNS if name in rows.column_names]
    return [Trade(**(dict.fromkeys(_COLUMNS) | row)) for row in rows.select(present).to_pylist()]

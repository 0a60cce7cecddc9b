"""`trades delete`: takes trades of a series out; files that hold nothing else go, the others are written anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import And, BooleanExpression, EqualTo, GreaterThanOrEqual, LessThanOrEqual, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.table import FileScanTask, Table

from engines.base import Engine
from engines.domain.interval import Interval
from engines.domain.orders import KEY_ORDER, DeleteRequest, Order, Removal
from engines.domain.requests import Observer
from engines.domain.upkeep import UpkeepStatus
from engines.domain.watermark import KEY_ENGINE, KEY_RUN, KEY_VERSION
from engines.errors import Conflict
from engines.faults import Point, passing
from engines.iceberg.catalog import catalog_errors
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_files
from engines.iceberg.trade_reading import WHERE, stored_rows
from engines.upkeep.own_trades import own_trades
from engines.upkeep.replacement import Replacement, delete_paths
from engines.upkeep.touched import TouchedMinutes


@dataclass(frozen=True, slots=True)
class _Reached:
    """A data file with trades that go; `partly` if it has others, too."""

    task: FileScanTask
    partly: bool


def delete(engine: Engine, request: DeleteRequest, observer: Observer) -> Removal:
    """Remove trades in one snapshot, with one data file in memory at a time; candles follow at the next refresh.

    Trades that others import meanwhile stay.

    Raises:
        TableMissing: The source table does not exist.
        Refused: The table may not be rewritten, see `own_trades`.
        Conflict: Others changed the table at each of the attempts, or the trades are not those that were agreed to.
    """
    name = engine.tables.names.source
    for _ in range(engine.config.attempts):
        with catalog_errors(f"take trades out of {name}"):
            table = own_trades(engine.tables)
            reached, removal = _planned(engine, table, request, observer)
        if request.agreed not in (None, removal.trades):
            raise Conflict(
                f"take trades out of {name}: {removal.trades:,} trades would go now, not {request.agreed:,} as shown",
                hint="run the command again",
            )
        if request.dry_run or not reached:
            return removal
        passing(Point.REMOVING)
        with catalog_errors(f"take trades out of {name}"):
            writer = _written_without(table, [one.task for one in reached if one.partly], request)
        replacement = Replacement(
            engine.tables,
            removed=[one.task.file for one in reached],
            writer=writer,
            summary={
                KEY_ORDER: Order.DELETE,
                KEY_RUN: request.run_id,
                KEY_ENGINE: engine.name,
                KEY_VERSION: engine.config.version,
            },
            deletes=delete_paths(table, table.current_snapshot()),
        )
        size = writer.bytes_written
        snapshot_id = replacement.commit(engine.config.attempts, observer)
        if snapshot_id is not None:
            return replace(removal, status=UpkeepStatus.DONE, bytes_written=size, snapshot_id=snapshot_id)
    raise Conflict(f"take trades out of {name}: others rewrite its files again and again", hint="try again later")


def _planned(
    engine: Engine, table: Table, request: DeleteRequest, observer: Observer
) -> tuple[list[_Reached], Removal]:
    """The files that trades go from, and what goes; three columns are read of the files that may hold any."""
    tasks = list(table.scan(_filter(request)).plan_files())
    minutes, reached, trades = TouchedMinutes(), [], 0
    first, last = request.times.end, request.times.start
    observer.started("trades", sum(task.file.record_count for task in tasks))
    for task in tasks:
        rows = found = 0
        for batch in stored_rows(table, task, WHERE):
            going = batch.filter(_goes(batch, request))
            rows, found = rows + batch.num_rows, found + going.num_rows
            if going.num_rows:
                minutes.add(going)
                least, greatest = (value.as_py() for value in pc.min_max(going[WHERE[2]]).values())
                first, last = min(first, least), max(last, greatest + 1)
        if found:
            reached.append(_Reached(task, partly=found < rows))
        trades += found
        observer.advanced("trades", task.file.record_count)
    observer.finished("trades")
    partly = sum(one.partly for one in reached)
    return reached, Removal(
        table=engine.tables.names.source,
        status=UpkeepStatus.PLANNED if reached else UpkeepStatus.NOTHING,
        trades=trades,
        held=sum(file.record_count for file in live_files(table, table.current_snapshot())),
        span=Interval(first, last) if reached else None,
        touched=minutes.candles(engine.tables) if reached else (),
        files_dropped=len(reached) - partly,
        files_rewritten=partly,
    )


def _written_without(table: Table, tasks: Sequence[FileScanTask], request: DeleteRequest) -> DataFileWriter:
    """New files with the rows of these that stay, in their order."""
    writer = DataFileWriter(table)
    try:
        for task in tasks:
            kept = [batch.filter(pc.invert(_goes(batch, request))) for batch in stored_rows(table, task)]
            writer.write(pa.Table.from_batches(kept))
    except BaseException:
        writer.discard()
        raise
    return writer


def _filter(request: DeleteRequest) -> BooleanExpression:
    exchange, symbol, time = map(Reference, WHERE)
    wanted: list[BooleanExpression] = [
        EqualTo(term=exchange, value=literal(request.exchange)),
        EqualTo(term=symbol, value=literal(request.symbol)),
        GreaterThanOrEqual(term=time, value=literal(request.times.start)),
        LessThanOrEqual(term=time, value=literal(request.times.end - 1)),
    ]
    return And(*wanted)


def _goes(batch: pa.RecordBatch, request: DeleteRequest) -> pa.BooleanArray:
    """Which rows go; a row without exchange, symbol or time is in no series and stays."""
    exchange, symbol, time = (batch[name] for name in WHERE)
    series = pc.and_(pc.equal(exchange, request.exchange), pc.equal(symbol, request.symbol))
    within = pc.and_(pc.greater_equal(time, request.times.start), pc.less_equal(time, request.times.end - 1))
    return pc.fill_null(pc.and_(series, within), False)

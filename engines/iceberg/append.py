"""Appends trades to the source: any number of Arrow tables in one commit, with one of them in memory at a time."""

from collections.abc import Callable, Iterable

import pyarrow as pa
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.types import DecimalType

from engines.domain.decimals import SCALE, Decimals
from engines.domain.imports import ImportRecord
from engines.domain.results import Appended
from engines.domain.watermark import KEY_RUN
from engines.errors import CommitStateUnknown, Conflict, Unavailable
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.fitting import refuse_unfit
from engines.iceberg.landing import landed, surely_failed
from engines.iceberg.trade_files import TradeFileWriter


def number_types(table: Table) -> tuple[Decimals, Decimals]:
    """Types of price and quantity in a table of trades; ours where its own are no decimals."""
    found = (table.schema().find_type(name) for name in ("price", "quantity"))
    price, quantity = (Decimals(t.precision, t.scale) if isinstance(t, DecimalType) else SCALE.price for t in found)
    return price, quantity


def append_trades(
    tables: Tables, trades: Iterable[pa.Table], *, run_id: str, record: Callable[[], ImportRecord] | None = None
) -> Appended:
    """Write the trades as data files and append all of them in one snapshot; on failure nothing is appended.

    What an import leaves for later ones, its `record`, is asked for when all trades have been read. Appends do not
    conflict with each other, so PyIceberg may retry this commit.

    Raises:
        UsageError: The trades do not fit the table, or it cannot be written to.
    """
    writer = TradeFileWriter(tables.source())
    with catalog_errors(f"append to {tables.names.source}"):
        try:
            for rows in trades:
                refuse_unfit(rows, writer.schema, tables.names.source)
                writer.write(rows)
        except BaseException:
            writer.discard()
            raise
    head = (
        _committed(tables, writer, run_id, record() if record else None)
        if writer.written
        else writer.table.current_snapshot()
    )
    return Appended(
        table=tables.names.source,
        rows=sum(file.record_count for file in writer.written),
        snapshot_id=None if head is None else head.snapshot_id,
        data_files=len(writer.written),
        bytes_written=writer.bytes_written,
    )


def _committed(tables: Tables, writer: DataFileWriter, run_id: str, record: ImportRecord | None) -> Snapshot | None:
    """Commit the files in one snapshot; the files are discarded if the commit surely failed."""
    name = tables.names.source
    summary = {KEY_RUN: run_id, **(record.summary if record else {})}
    properties = record.properties(writer.table.properties) if record else {}
    try:
        with (
            catalog_errors(f"append to {name}"),
            writer.table.transaction() as transaction,
            transaction.update_snapshot(snapshot_properties=summary).merge_append() as append,
        ):
            if properties:
                transaction.set_properties(properties)
            for file in writer.written:
                append.append_data_file(file)
    except (Conflict, Unavailable, CommitStateUnknown) as error:
        if surely_failed(error):
            writer.discard()
            raise
        return landed(tables, name, run_id, error)
    return writer.table.current_snapshot()

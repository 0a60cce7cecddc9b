"""Appends trades to the source: any number of Arrow tables in one commit, with one of them in memory at a time."""

from collections.abc import Iterable, Sequence

import pyarrow as pa
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.types import DecimalType

from engines.domain.decimals import SCALE, Decimals
from engines.domain.imports import ImportRecord
from engines.domain.watermark import KEY_RUN
from engines.errors import CommitStateUnknown, Conflict, Unavailable
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.fitting import refuse_unfit
from engines.iceberg.landing import landed, surely_failed
from engines.iceberg.publication import MANIFEST_BYTES, MERGE_MANIFESTS_FROM
from engines.iceberg.trade_files import TradeFileWriter

_MERGING = {
    "commit.manifest.min-count-to-merge": MERGE_MANIFESTS_FROM,
    "commit.manifest.target-size-bytes": MANIFEST_BYTES,
}
"""How many manifests there may be, unless properties of the table say otherwise: PyIceberg merges no less than 100."""


def number_types(table: Table) -> tuple[Decimals, Decimals]:
    """Types of price and quantity in a table of trades; ours where its own are no decimals."""
    found = (table.schema().find_type(name) for name in ("price", "quantity"))
    price, quantity = (Decimals(t.precision, t.scale) if isinstance(t, DecimalType) else SCALE.price for t in found)
    return price, quantity


def written_trades(tables: Tables, trades: Iterable[pa.Table]) -> TradeFileWriter:
    """Write the trades as data files, which no snapshot has yet; if the iterable raises, they are discarded.

    Raises:
        UsageError: The trades do not fit the table, or it cannot be written to.
        RuntimeError: The files do not hold as many rows as were to be written: a bug, and nothing may be committed.
    """
    writer, given = TradeFileWriter(tables.source()), 0
    with catalog_errors(f"append to {tables.names.source}"):
        try:
            for rows in trades:
                refuse_unfit(rows, writer.schema, tables.names.source)
                given += rows.num_rows
                writer.write(rows)
            _account_for(given, writer)
        except BaseException:
            writer.discard()
            raise
    return writer


def _account_for(given: int, writer: TradeFileWriter) -> None:
    held = sum(file.record_count for file in writer.written)
    if given != held:
        raise RuntimeError(f"{given} trades were to be written, and the files hold {held}")


def commit_trades(
    tables: Tables, table: Table, files: Sequence[DataFile], run_id: str, record: ImportRecord | None
) -> Snapshot:
    """Commit files of trades in one snapshot, if the table has not changed since the handle was loaded.

    Args:
        tables: Used to load the table again if the answer to the commit is lost.
        table: The handle to commit through.
        files: The files; whether they may be discarded after an error, `surely_failed` tells.
        run_id: Id of the import, written to the snapshot's summary.
        record: What later imports are to know of it.

    Raises:
        Conflict: The table has changed, or the catalog is locked; nothing was committed.
        Unavailable: The catalog or the storage did not answer, and the snapshot is not in the table.
        CommitStateUnknown: It is not known whether the commit succeeded.
    """
    name = tables.names.source
    summary = {KEY_RUN: run_id, **(record.summary if record else {})}
    properties = record.properties(table.properties) if record else {}
    # Set in this handle's memory only: a retry by PyIceberg would drop the assertion on the head.
    table.metadata.properties["commit.retry.num-retries"] = "0"
    for name_of_limit, limit in _MERGING.items():
        table.metadata.properties.setdefault(name_of_limit, str(limit))
    try:
        with (
            catalog_errors(f"append to {name}"),
            table.transaction() as transaction,
            transaction.update_snapshot(snapshot_properties=summary).merge_append() as append,
        ):
            if properties:
                transaction.set_properties(properties)
            for file in files:
                append.append_data_file(file)
    except (Conflict, Unavailable, CommitStateUnknown) as error:
        if surely_failed(error):
            raise
        return landed(tables, name, run_id, error)
    head = table.current_snapshot()
    assert head is not None  # noqa: S101 - it has just been committed
    return head

"""Appends trades to the source: any number of Arrow tables in one commit, with one of them in memory at a time."""

from collections.abc import Iterable

import pyarrow as pa

from engines.domain.results import Appended
from engines.domain.watermark import KEY_RUN
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.datafiles import DataFileWriter


def append_trades(tables: Tables, trades: Iterable[pa.Table], *, run_id: str) -> Appended:
    """Write the trades as data files and append all of them in one snapshot; on failure nothing is appended.

    Appends do not conflict with each other, so PyIceberg may retry this commit.
    """
    table = tables.source()
    writer = DataFileWriter(table)
    name = tables.names.source
    with catalog_errors(f"append to {name}"):
        try:
            for rows in trades:
                writer.write(rows)
        except BaseException:
            writer.discard()
            raise
        if writer.written:
            with (
                table.transaction() as transaction,
                transaction.update_snapshot(snapshot_properties={KEY_RUN: run_id}).merge_append() as append,
            ):
                for file in writer.written:
                    append.append_data_file(file)
    head = table.current_snapshot()
    return Appended(
        table=name,
        rows=sum(file.record_count for file in writer.written),
        snapshot_id=None if head is None else head.snapshot_id,
        data_files=len(writer.written),
        bytes_written=writer.bytes_written,
    )

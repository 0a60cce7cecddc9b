"""Which tables of trades are ours to tidy up, and which may be rewritten: those whose rows we write as they are."""

from pyiceberg.table import Table

from engines.domain.identity import KEY_IDENTITY
from engines.domain.tables import TRADES
from engines.errors import Refused
from engines.iceberg.catalog import Tables
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.files import has_equality_deletes
from engines.iceberg.maintenance import is_shared
from engines.iceberg.scale import source_scale
from engines.iceberg.source import reading_of

_WRITABLE = 2
"""Highest format version that PyIceberg 0.12 writes."""


def is_ours(tables: Tables) -> bool:
    """Whether the table of trades is there, is of our making, and shares its files with no other.

    Raises:
        K2Error: The catalog does not answer, or the table cannot be read.
    """
    table = tables.find(tables.names.source)
    return table is not None and KEY_IDENTITY in table.properties and not is_shared(table)


def own_files(tables: Tables) -> Table:
    """The table of trades, if its files may be merged; raises as `own_trades`, and Refused where k2 has not made it."""
    table = own_trades(tables)
    fields = table.schema().fields
    others = [field.name for field in fields if field.name not in {column.name for column in TRADES}]
    strange = (
        f"has columns of others ({', '.join(others)})" * bool(others)
        or "is sorted" * bool(table.sort_order().fields)
        or "may have trades without a time" * (not table.schema().find_field(EVENT_TIME).required)
    )
    if strange:
        raise Refused(
            f"table {tables.names.source} {strange}: k2 merges files of tables as it makes them itself",
            hint="merge them by the engine that writes the table: CALL system.rewrite_data_files",
        )
    return table


def own_trades(tables: Tables) -> Table:
    """The table of trades, for rows to be taken out of it or put into other files.

    Raises:
        TableMissing: It does not exist.
        Refused: It is read by a mapping, or has what we cannot write again without a change.
    """
    table, name = tables.source(), tables.names.source
    head = table.current_snapshot()
    if table.metadata.format_version > _WRITABLE:
        raise Refused(
            f"table {name} has format version {table.metadata.format_version}; k2 writes trades up to {_WRITABLE}",
            hint="do this with the engine that writes the table",
        )
    scale = source_scale(table) or tables.scale()
    if not reading_of(table, tables.trades.mapping, scale).is_ours:
        raise Refused(
            f"table {name} has columns or types of its own ([trades.columns]): k2 reads it, and does not rewrite it",
            hint="do this with the engine that writes the table; candles follow at the next k2 ohlcv aggregate",
        )
    if head is not None and has_equality_deletes(table, head):
        raise Refused(
            f"table {name} has rows deleted by value, which k2 does not rewrite",
            hint="compact it first with the engine that deleted them: CALL system.rewrite_data_files",
        )
    return table

"""Trades out of the source, as asked for."""

import pyarrow as pa
from pyiceberg.expressions import EqualTo, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.io.pyarrow import schema_to_pyarrow

from engines.domain.requests import TradeQuery
from engines.domain.tables import TRADES, TRADES_NEEDED, TRADES_USED, Column
from engines.errors import UsageError
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.changes import EVENT_TIME
from engines.iceberg.files import has_equality_deletes
from engines.iceberg.schema import check_source, iceberg_schema

_TYPES = {column.name: column.type for column in TRADES}
_COLUMNS = tuple(Column(name, _TYPES[name]) for name in (*TRADES_NEEDED, *TRADES_USED))
"""What candles are made of; the source may hold null anywhere."""


def read_trades(tables: Tables, query: TradeQuery) -> pa.Table:
    """The rows of the source that a query asks for, at its current snapshot.

    Returns:
        The columns of `TRADES_NEEDED` and `TRADES_USED`, null where the source lacks them; rows in any order.

    Raises:
        TableMissing: There is no source.
        UsageError: It cannot be read as trades, or rows of it are deleted by value.
    """
    table = tables.source()
    check_source(table)
    head = table.current_snapshot()
    with catalog_errors(f"read {tables.names.source}"):
        if head is not None and has_equality_deletes(table, head):
            raise UsageError(
                f"rows of {tables.names.source} are deleted by value (equality deletes), which only Spark reads",
                hint="compact the table with Spark (rewrite_data_files)",
            )
        there = {field.name for field in table.schema().fields}
        names = tuple(column.name for column in _COLUMNS if column.name in there)
        scan = table.scan(selected_fields=names)
        for name, value in (("exchange", query.exchange), ("symbol", query.symbol)):
            scan = scan if value is None else scan.filter(EqualTo(term=Reference(name), value=literal(value)))
        for bound, instant in ((">=", query.start), ("<", query.end)):
            scan = scan if instant is None else scan.filter(f"{EVENT_TIME} {bound} {instant}")
        found = scan.to_arrow()
    schema = schema_to_pyarrow(iceberg_schema(_COLUMNS), include_field_ids=False)
    missing = (field for field in schema if field.name not in there)
    for field in missing:
        found = found.append_column(field, pa.nulls(found.num_rows, field.type))
    return found.select(schema.names).cast(schema)

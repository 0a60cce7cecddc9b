"""Whether rows that a caller hands over fit the table of trades: told column by column, before anything is written."""

from collections.abc import Iterator

import pyarrow as pa

from engines.domain.tables import TRADES
from engines.errors import UsageError

_NARROWED = ("integer", "decimal", "date")
"""Kinds of types of which some hold less than others."""
_OURS = {column.name for column in TRADES}


def refuse_unfit(rows: pa.Table, schema: pa.Schema, table: str) -> None:
    """Refuse rows that the table cannot hold exactly as they are.

    Args:
        rows: The rows. Columns of trades that the table does not have are passed over.
        schema: The table's columns.
        table: Name of the table.

    Raises:
        UsageError: A column is unknown, missing, of another kind of type, lacks values, or has one that does not fit.
    """
    if rows.num_rows and (problems := list(_problems(rows, schema))):
        raise UsageError(
            f"nothing was appended to {table}: {'; '.join(problems)}",
            hint="prices and quantities are decimals, never floats; timestamp counts microseconds since 1970 in UTC",
        )


def _problems(rows: pa.Table, schema: pa.Schema) -> Iterator[str]:
    for name in rows.column_names:
        if name not in schema.names and name not in _OURS:
            yield f"the table has no column {name}"
    for field in schema:
        if field.name in rows.column_names:
            yield from _unfit(rows[field.name], field)
        elif not field.nullable:
            yield f"column {field.name} ({field.type}) is missing"


def _unfit(values: pa.ChunkedArray, field: pa.Field) -> Iterator[str]:
    if _kind(values.type) != _kind(field.type):
        yield f"column {field.name} is {values.type}, not {field.type}"
    elif values.null_count and not field.nullable:
        yield f"column {field.name} has no value in {values.null_count} rows"
    elif _kind(field.type) in _NARROWED and values.type != field.type:
        try:
            values.cast(field.type)
        except pa.ArrowException as error:
            yield f"column {field.name} does not fit {field.type}: {error}"


def _kind(type_: pa.DataType) -> str:
    """What values of a type are, whatever their width; types of one kind are cast exactly or not at all."""
    if pa.types.is_dictionary(type_):
        return _kind(type_.value_type)
    if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return "text"
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return "list"
    for kind in ("integer", "decimal", "date", "map"):
        if getattr(pa.types, f"is_{kind}")(type_):
            return kind
    return str(type_)

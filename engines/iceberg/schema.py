"""Our table definitions as Iceberg schemas, and how existing tables differ from them."""

from typing import TYPE_CHECKING, Any

from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import DayTransform, IdentityTransform, MonthTransform, Transform
from pyiceberg.types import (
    DecimalType,
    IcebergType,
    ListType,
    MapType,
    NestedField,
    StringType,
)

from engines.domain.candle import CANDLE_KEY, CANDLES
from engines.domain.decimals import SCALE, Decimals, Scale
from engines.domain.tables import TRADES, Column, TradesPartition, partitioning
from engines.domain.timeframe import Timeframe
from engines.errors import UsageError
from engines.iceberg.scale import candle_scale

if TYPE_CHECKING:
    import pyarrow as pa

_PARTITION_ID = 1000
_WRITABLE = 2
"""The newest format version of tables to which PyIceberg 0.12 commits data files."""


def _nested(type_: str | Decimals, field_id: int) -> IcebergType:
    """PyIceberg's type for a column; nested fields get ids from field_id on."""
    match type_:
        case Decimals():
            return DecimalType(type_.precision, type_.scale)
        case "list<string>":
            return ListType(element_id=field_id, element_type=StringType(), element_required=False)
        case "map<string, string>":
            key, value = StringType(), StringType()
            return MapType(key_id=field_id, key_type=key, value_id=field_id + 1, value_type=value, value_required=False)
    return IcebergType.model_validate(type_)


def iceberg_schema(columns: tuple[Column, ...], scale: Scale) -> Schema:
    """Columns at a scale as an Iceberg schema; the ids of top-level fields are their positions, starting at 1."""
    inner = len(columns) + 1
    fields = []
    for position, column in enumerate(columns, 1):
        type_ = _nested(scale.type_of(column.type), inner)
        inner += 2 if isinstance(type_, (ListType, MapType)) else 0
        fields.append(NestedField(position, column.name, type_, required=column.required))
    return Schema(*fields)


TRADES_SCHEMA = iceberg_schema(TRADES, SCALE)
CANDLES_SCHEMA = iceberg_schema(CANDLES, SCALE)
"""The schemas of tables without a scale of their own; names and field ids are those of every scale."""


def trades_spec(partition: TradesPartition) -> PartitionSpec:
    """The partition spec of trades: by date, by date and hour, or by month of the date."""
    date: PartitionField = _trades_field("exchange_date", 0, IdentityTransform())
    match partition:
        case TradesPartition.DAY:
            return PartitionSpec(date)
        case TradesPartition.HOUR:
            return PartitionSpec(date, _trades_field("exchange_hour", 1, IdentityTransform()))
        case TradesPartition.MONTH:
            return PartitionSpec(_trades_field("exchange_date", 0, MonthTransform(), "exchange_date_month"))


def _trades_field(source: str, index: int, transform: Transform[Any, Any], name: str | None = None) -> PartitionField:
    return PartitionField(TRADES_SCHEMA.find_field(source).field_id, _PARTITION_ID + index, transform, name or source)


def candles_spec(timeframe: Timeframe, schema: Schema = CANDLES_SCHEMA) -> PartitionSpec:
    """The partition spec of candles: by day of the window's date, by month for windows of a day or longer."""
    cut = partitioning(timeframe)
    transform: Transform[Any, Any] = MonthTransform() if cut.transform == "month" else DayTransform()
    return PartitionSpec(PartitionField(schema.find_field(cut.source).field_id, _PARTITION_ID, transform, cut.field))


def candles_order(schema: Schema = CANDLES_SCHEMA) -> SortOrder:
    """The sort order of candles: exchange, symbol, window_start."""
    return SortOrder(*(SortField(schema.find_field(name).field_id, IdentityTransform()) for name in CANDLE_KEY))


def differences(table: Table, columns: tuple[Column, ...], scale: Scale) -> tuple[str, ...]:
    """Missing columns and columns of another type in a table, one sentence each; extra columns do not matter.

    Args:
        table: The table.
        columns: The columns that it should have.
        scale: The scale that these should have.
    """
    schema = table.schema()
    found = {field.name: field for field in schema.fields}
    wanted = {field.name: field for field in iceberg_schema(columns, scale).fields}
    sentences = []
    for name, field in wanted.items():
        if name not in found:
            sentences.append(f"column {name} {field.field_type} is missing")
        elif not _same_type(found[name].field_type, field.field_type):
            sentences.append(f"column {name} is {found[name].field_type}, not {field.field_type}")
    return tuple(sentences)


def columns_of(table: Table) -> "pa.Schema":
    """The columns of a table as an Arrow schema, in its order; all are nullable, even those the table requires."""
    import pyarrow as pa
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    return pa.schema(field.with_nullable(True) for field in schema_to_pyarrow(table.schema(), include_field_ids=False))


def _same_type(found: IcebergType, wanted: IcebergType) -> bool:
    """Whether two types are the same; of nested types only the kind (list, map) is compared."""
    return str(found) == str(wanted) if found.is_primitive else type(found) is type(wanted)


def check_writable(table: Table) -> None:
    """Raise UsageError if PyIceberg cannot write data files to a table."""
    version = table.metadata.format_version
    if version > _WRITABLE:
        raise UsageError(
            f"table {'.'.join(table.name())} has format version {version}, and PyIceberg writes versions up to"
            f" {_WRITABLE}",
            hint="candles: drop the table, run k2 ohlcv create-tables and k2 ohlcv aggregate;"
            " trades: write them with the engine that upgraded it, k2 goes on reading them",
        )


def not_ours(table: Table) -> tuple[NestedField, ...]:
    """The columns of a candle table that need a value in every row and are not ours, so that we have none for them."""
    ours = {column.name for column in CANDLES}
    return tuple(field for field in table.schema().fields if field.required and field.name not in ours)


def candle_differences(table: Table) -> tuple[str, ...]:
    """How the columns of a candle table differ from their definition, one sentence each."""
    needed = (f"column {f.name} {f.field_type} is required, and candles have no value for it" for f in not_ours(table))
    return (*differences(table, CANDLES, candle_scale(table)), *needed)


def check_target(table: Table) -> None:
    """Raise UsageError if a candle table cannot hold our candles; its partitioning does not matter."""
    check_writable(table)
    wrong = candle_differences(table)
    if wrong:
        raise UsageError(
            f"table {'.'.join(table.name())} cannot hold the candles: {'; '.join(wrong)}",
            hint=f"{_renamed(table)}run k2 ohlcv create-tables --evolve",
        )


def _renamed(table: Table) -> str:
    """What to do if a column of ours has another name now, as far as types tell."""
    present = {field.name for field in table.schema().fields}
    for wanted in CANDLES_SCHEMA.fields:
        old = next((field for field in not_ours(table) if str(field.field_type) == str(wanted.field_type)), None)
        if wanted.name not in present and old is not None:
            return f"rename {old.name} back if it was {wanted.name}; or "
    return ""

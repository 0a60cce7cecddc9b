"""`create-tables`: creates missing tables, fixes existing ones as far as schema evolution can, never drops anything."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from pyiceberg.exceptions import NamespaceAlreadyExistsError, TableAlreadyExistsError
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortOrder
from pyiceberg.types import DecimalType

from engines.domain.candle import CANDLES
from engines.domain.decimals import SCALE, Scale
from engines.domain.identity import KEY_IDENTITY, Identity
from engines.domain.results import Creation, TableCreation
from engines.domain.tables import TABLE_PROPERTIES, TRADES, Column, TradesPartition
from engines.domain.timeframe import Timeframe
from engines.errors import UsageError
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.scale import agreed_scale, candle_scale, other_scale, source_scale
from engines.iceberg.schema import (
    CANDLES_SCHEMA,
    TRADES_SCHEMA,
    candle_differences,
    candles_order,
    candles_spec,
    differences,
    iceberg_schema,
    not_ours,
    trades_spec,
)
from engines.iceberg.source import check_source


def create_tables(
    tables: Tables, *, with_trades: bool, evolve: bool, partition_by: TradesPartition | None = None
) -> tuple[TableCreation, ...]:
    """Create the candle tables, and the table of trades if asked for; report what was found or done for each."""
    with catalog_errors(f"namespace {tables.names.namespace}"), suppress(NamespaceAlreadyExistsError):
        tables.catalog.create_namespace_if_not_exists(tables.names.namespace)
    source = tables.find(tables.names.source)
    candles = {timeframe: tables.find(tables.names.target(timeframe)) for timeframe in tables.names.timeframes}
    made = [table for table in candles.values() if table is not None]
    scale = _scale(source, agreed_scale(made, tables.chosen_scale), with_trades=with_trades)
    results = _widened_trades(tables, source) if evolve else []
    results = results or (
        [_trades(tables, source, scale, partition_by)] if with_trades else list(_unreadable(tables, source, scale))
    )
    results += [_candles(tables, timeframe, table, scale, evolve=evolve) for timeframe, table in candles.items()]
    return tuple(results)


def _scale(source: Table | None, agreed: Scale | None, *, with_trades: bool) -> Scale:
    """The scale of the tables to be made.

    Raises:
        UsageError: A table of trades is asked for, too, and there is one of another scale.
    """
    kept = source_scale(source)
    if with_trades and source is not None and kept is not None and kept != (agreed or kept):
        raise other_scale(source, kept, agreed or kept)
    return agreed or kept or SCALE


def _unreadable(tables: Tables, table: Table | None, scale: Scale) -> Iterator[TableCreation]:
    """Yield the table of trades if there is one that cannot be read: better now than at the first run."""
    found = None if table is None else _checked(tables, table, scale)
    if found is not None and found.status is Creation.DIFFERS:
        yield found


def _widened_trades(tables: Tables, table: Table | None) -> list[TableCreation]:
    """Widen the decimals of an older table of trades of ours; nothing if there is none, or nothing to widen.

    Only tables without a choice of their scale were ever narrower.
    """
    if table is None:
        return []
    present = {field.name: field.field_type for field in table.schema().fields}
    narrow = [column for column in TRADES if column.name in present and _widens(present[column.name], column, SCALE)]
    found = differences(table, TRADES, SCALE)
    if not narrow or len(found) != len(narrow):
        return []
    with catalog_errors(f"evolve {tables.names.source}"), table.update_schema() as update:
        for column in narrow:
            update.update_column(column.name, field_type=TRADES_SCHEMA.find_field(column.name).field_type)
    return [TableCreation(table=tables.names.source, timeframe=None, status=Creation.EVOLVED, differences=found)]


def _trades(tables: Tables, found: Table | None, scale: Scale, partition_by: TradesPartition | None) -> TableCreation:
    name = tables.names.source
    wanted = trades_spec(partition_by or TradesPartition.DAY)
    recorded = {KEY_IDENTITY: (tables.trades.identity or Identity.ID).value}
    schema = iceberg_schema(TRADES, scale)
    table = found or _make(tables, name, schema, wanted, UNSORTED_SORT_ORDER, recorded=recorded)
    if table is None:
        return TableCreation(table=name, timeframe=None, status=Creation.CREATED)
    if partition_by is not None and _cuts(table.schema(), table.spec()) != _cuts(TRADES_SCHEMA, wanted):
        other = f"partitioned by {_named(_cuts(table.schema(), table.spec()))}, which is chosen when a table is made"
        return TableCreation(table=name, timeframe=None, status=Creation.DIFFERS, differences=(other,))
    return _checked(tables, table, scale)


def _checked(tables: Tables, table: Table, scale: Scale) -> TableCreation:
    """What is found of a table of trades that exists."""
    name = tables.names.source
    try:
        check_source(table, tables.trades.mapping, scale)
    except UsageError as error:
        why = f"{error.message} ({error.hint})"
        return TableCreation(table=name, timeframe=None, status=Creation.DIFFERS, differences=(why,))
    found = differences(table, TRADES, source_scale(table) or scale)
    return TableCreation(table=name, timeframe=None, status=Creation.EXISTS, differences=found)


def _cuts(schema: Schema, spec: PartitionSpec) -> list[tuple[str, str | None]]:
    """The transforms and columns by which a table is partitioned."""
    return [(str(field.transform), schema.find_column_name(field.source_id)) for field in spec.fields]


def _named(cuts: list[tuple[str, str | None]]) -> str:
    return ", ".join(f"{transform}({column})" for transform, column in cuts) or "nothing"


def create_candles(tables: Tables, timeframe: Timeframe, scale: Scale) -> None:
    """Create the candle table of a timeframe, unless somebody has made it meanwhile."""
    schema = iceberg_schema(CANDLES, scale)
    _make(tables, tables.names.target(timeframe), schema, candles_spec(timeframe), candles_order(), recorded={})


def _candles(tables: Tables, timeframe: Timeframe, found: Table | None, scale: Scale, *, evolve: bool) -> TableCreation:
    name = tables.names.target(timeframe)
    schema = iceberg_schema(CANDLES, scale)
    table = found or _make(tables, name, schema, candles_spec(timeframe), candles_order(), recorded={})
    if table is None:
        return TableCreation(table=name, timeframe=timeframe, status=Creation.CREATED)
    wrong = table_differences(table, timeframe)
    if not wrong:
        return TableCreation(table=name, timeframe=timeframe, status=Creation.EXISTS)
    if not evolve:
        return TableCreation(table=name, timeframe=timeframe, status=Creation.DIFFERS, differences=wrong)
    left = _evolve(table, timeframe)
    status = Creation.DIFFERS if left else Creation.EVOLVED
    return TableCreation(table=name, timeframe=timeframe, status=status, differences=left or wrong)


def _make(
    tables: Tables,
    name: str,
    schema: Schema,
    spec: PartitionSpec,
    order: SortOrder,
    *,
    recorded: Mapping[str, str],
) -> Table | None:
    """Create the table and return None; if somebody has made it meanwhile, return that one instead."""
    with catalog_errors(f"create {name}"):
        try:
            tables.catalog.create_table(
                name, schema, partition_spec=spec, sort_order=order, properties={**TABLE_PROPERTIES, **recorded}
            )
        except TableAlreadyExistsError:
            return tables.find(name)
    return None


def table_differences(table: Table, timeframe: Timeframe) -> tuple[str, ...]:
    """How a candle table differs from its definition (columns, types, partition), one sentence each."""
    found = list(candle_differences(table))
    cuts, wanted = _cuts(table.schema(), table.spec()), _cuts(CANDLES_SCHEMA, candles_spec(timeframe))
    if cuts != wanted:
        found.append(f"partitioned by {_named(cuts)}, not {_named(wanted)}")
    return tuple(found)


def _evolve(table: Table, timeframe: Timeframe) -> tuple[str, ...]:
    """Add columns, widen decimals, ask for no values that we do not have, set the partition for new files.

    Returns:
        The differences that remain.
    """
    present, scale = {field.name: field for field in table.schema().fields}, candle_scale(table)
    with catalog_errors(f"evolve {'.'.join(table.name())}"):
        with table.update_schema() as update:
            for column, wanted in zip(CANDLES, iceberg_schema(CANDLES, scale).fields, strict=True):
                if column.name not in present:
                    update.add_column(column.name, wanted.field_type)
                elif _widens(present[column.name].field_type, column, scale):
                    update.update_column(column.name, field_type=wanted.field_type)
            for stranger in not_ours(table):
                update.make_column_optional(stranger.name)
        wanted_cut = candles_spec(timeframe).fields[0]
        if any("partitioned by" in sentence for sentence in table_differences(table, timeframe)):
            with table.update_spec() as spec:
                for field in table.spec().fields:
                    spec.remove_field(field.name)
                spec.add_field("window_date", wanted_cut.transform, wanted_cut.name)
    return table_differences(table, timeframe)


def _widens(found: object, column: Column, scale: Scale) -> bool:
    """Whether a type can be widened to that of the column: a decimal of the same scale and less precision."""
    wanted = iceberg_schema((column,), scale).fields[0].field_type
    return (
        isinstance(found, DecimalType)
        and isinstance(wanted, DecimalType)
        and found.scale == wanted.scale
        and found.precision < wanted.precision
    )

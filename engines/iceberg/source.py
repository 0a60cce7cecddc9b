"""Source tables as trades: which columns are read as ours, in which unit times are, and what does not fit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.types import DecimalType, IcebergType

from engines.domain.binding import TheirColumn, bind
from engines.domain.changes import FileSpan
from engines.domain.decimals import Decimals, Scale
from engines.domain.interval import Interval
from engines.domain.mapping import SourceMapping
from engines.domain.reading import NANOSECONDS, TIMESTAMPS, Reading
from engines.domain.units import TimeUnit, units_of
from engines.errors import UsageError
from engines.iceberg.files import live_files, spans
from engines.iceberg.state import ancestry


def check_source(table: Table, mapping: SourceMapping, scale: Scale) -> Reading:
    """Check that a table can be read as trades: only the columns that are used, by name and type.

    Args:
        table: The table.
        mapping: Which of its columns are those of a trade.
        scale: Scale of the candles that are made from the trades.

    Returns:
        The reading, with times as microseconds unless their type or the mapping says otherwise.

    Raises:
        UsageError: A needed column is missing, or a type cannot be read exactly; the error names all such columns.
    """
    columns, misfits = bind(mapping, _columns(table))
    if misfits:
        lines = "; ".join(misfit.line for misfit in misfits)
        raise UsageError(
            f"table {'.'.join(table.name())} cannot be read as trades: {'; '.join(misfit.why for misfit in misfits)}",
            hint=f"write below [trades.columns]: {lines}; or name another table: [trades] table",
        )
    unit = TimeUnit.NS if columns["timestamp"].type in NANOSECONDS else TimeUnit.US
    if columns["timestamp"].type not in TIMESTAMPS:
        unit = mapping.timestamp_unit or unit
    return Reading(
        columns=columns,
        scale=scale,
        unit=unit,
        inexact=mapping.inexact,
        without_ids=mapping.without_ids,
        last_id=table.metadata.last_column_id,
    )


def columns_of_trades(table: Table, mapping: SourceMapping) -> dict[str, str]:
    """Our columns of a trade to those of a table, as far as it has them in a type that can be read."""
    columns, _ = bind(mapping, _columns(table))
    return {name: column.column for name, column in columns.items() if column.column}


def read_as_trades(
    table: Table, mapping: SourceMapping, scale: Scale, files: Iterable[DataFile]
) -> tuple[Reading, tuple[FileSpan, ...]]:
    """How trades are read from a table, and the event times of its data files.

    Times that are numbers are in the unit that the mapping names, else in the one in which they are plausible.

    Raises:
        UsageError: The table cannot be read as trades, or its times are not all in one unit.
    """
    reading = check_source(table, mapping, scale)
    raw = tuple(spans(table, files, reading.time.column))
    if reading.time.type not in TIMESTAMPS:
        reading = replace(reading, unit=_unit(table, mapping, reading, raw))
    return reading, tuple(timed(raw, reading.unit))


def reading_of(table: Table, mapping: SourceMapping, scale: Scale) -> Reading:
    """How trades are read from a table that may be empty now: the unit is that of the newest snapshot with rows."""
    reading = check_source(table, mapping, scale)
    if reading.time.type in TIMESTAMPS or mapping.timestamp_unit is not None:
        return reading
    for snapshot in ancestry(table, table.current_snapshot()):
        if files := live_files(table, snapshot):
            return read_as_trades(table, mapping, scale, files)[0]
    return reading


def timed(raw: Iterable[FileSpan], unit: TimeUnit) -> Iterable[FileSpan]:
    """Files whose times are numbers of a unit, with times in microseconds."""
    if unit is TimeUnit.US:
        return raw
    return (replace(file, interval=_instants(file.interval, unit)) for file in raw)


def _instants(times: Interval, unit: TimeUnit) -> Interval:
    if times.start >= times.end:
        return times
    return Interval(unit.instant(times.start), unit.instant(times.end - 1) + 1)


def _unit(table: Table, mapping: SourceMapping, reading: Reading, raw: Sequence[FileSpan]) -> TimeUnit:
    found = units_of(file.interval for file in raw)
    name, column = ".".join(table.name()), reading.time.column
    asked = mapping.timestamp_unit
    other = next((unit for unit in found if unit != (asked or next(iter(found)))), None)
    if other is None:
        return asked or next(iter(found), TimeUnit.US)
    times, wanted = found[other], asked or next(iter(found))
    path = next(file.path for file in raw if file.interval == times)
    raise UsageError(
        f"table {name}: the times in {path} are {other.words}, not {wanted.words}"
        f" (column {column} from {times.start} to {times.end - 1})",
        hint=f'write timestamp_unit = "{other.value}" below [trades]'
        if asked
        else f"write all times of the column {column} in one unit",
    )


def _columns(table: Table) -> list[TheirColumn]:
    return [TheirColumn(f.name, _type(f.field_type), f.field_id) for f in table.schema().fields]


def _type(type_: IcebergType) -> str | Decimals:
    return Decimals(type_.precision, type_.scale) if isinstance(type_, DecimalType) else str(type_)

"""Ways to read planned files: directly as Parquet if that gives exactly the snapshot's rows, else through PyIceberg."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engines.domain.decimals import Scale
from engines.domain.interval import Intervals
from engines.domain.invariants import TOLD
from engines.domain.reading import NANOSECONDS
from engines.domain.tables import TRADES_READ, Column
from engines.work import Rows, TradeRows

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.table import Table

_NAME_MAPPING = "schema.name-mapping.default"
_MOST_FOOTERS = 1_000
"""Number of files of other writers whose footers are read; more are left to Iceberg's readers."""


def plain_files(rows: Rows, intervals: Intervals | None = None) -> list[str] | None:
    """Local paths of the Parquet files that overlap the intervals, or of all files.

    What the metadata no longer tells (old schemas may be removed from it, and a summary need not count delete files) is
    asked of the manifests and of the data files themselves.

    Returns:
        The paths; None if reading the files by column names might not give exactly the rows of the snapshot (it has
        delete files, a name mapping is set, or a file has other columns under the names of the table's), or if they
        are on remote storage. Where decimals of the table were widened, files may have narrower ones; their paths
        come after one whose types hold those of all.
    """
    table, files = rows.table, rows.files if intervals is None else rows.within(intervals)
    plain = (
        bool(rows.files)
        and _NAME_MAPPING not in table.metadata.properties
        and all(f.path.endswith(".parquet") and _is_local(f.path) for f in rows.files)
        and not _has_delete_files(rows)
    )
    if not plain:
        return None
    from engines.iceberg.integrity import has_digest

    paths = [_local_path(file.path) for file in files]
    evolved = _evolved(table)
    doubted = [path for path in paths if evolved or not has_digest(path)]
    if len(doubted) > _MOST_FOOTERS:
        return None
    columns = {path: _top_columns(path) for path in doubted}
    named = {field.name: field.field_id for field in table.schema().fields}
    if any({name: number for name, (number, _) in found.items()} != named for found in columns.values()):
        return None
    return _widest_first(table, columns) if evolved else paths


def _evolved(table: "Table") -> bool:
    """Whether the table may ever have had another schema: ids of schemas and of fields are not given twice."""
    schemas = table.metadata.schemas
    return (
        len(schemas) != 1 or schemas[0].schema_id != 0 or table.metadata.last_column_id != schemas[0].highest_field_id
    )


def _has_delete_files(rows: Rows) -> bool:
    from pyiceberg.manifest import ManifestContent

    from engines.iceberg.files import manifests

    snapshot = rows.table.metadata.snapshot_by_id(rows.snapshot_id)
    return snapshot is None or any(m.content != ManifestContent.DATA for m in manifests(rows.table, snapshot))


def _widest_first(table: "Table", columns: "dict[str, dict[str, tuple[int | None, pa.DataType]]]") -> list[str] | None:
    """The files, one first whose decimals hold those of all others; None if there is no such file.

    Readers take the types of columns from the first file. Types that were widened otherwise are left to Iceberg's.
    """
    from pyiceberg.io.pyarrow import schema_to_pyarrow

    paths = sorted(columns, key=lambda path: -sum(_digits(type_) for _, type_ in columns[path].values()))
    widest = columns[paths[0]] if paths else {}
    for field in schema_to_pyarrow(table.schema(), include_field_ids=False):
        for found in columns.values():
            type_ = found[field.name][1]
            if not (_holds(field.type, type_) and _holds(widest[field.name][1], type_)):
                return None
    return paths


def _digits(type_: "pa.DataType") -> int:
    import pyarrow as pa

    return type_.precision if pa.types.is_decimal(type_) else 0


def _holds(wide: "pa.DataType", narrow: "pa.DataType") -> bool:
    """Whether two types are the same, or decimals of one scale of which the first has more digits.

    Kinds of text, and what is nested, have several types in Arrow, and cannot be widened.
    """
    import pyarrow as pa

    if pa.types.is_decimal(wide):
        return _digits(wide) >= _digits(narrow) > 0 and bool(wide.scale == narrow.scale)
    return wide == narrow or not (pa.types.is_integer(wide) or pa.types.is_floating(wide) or pa.types.is_temporal(wide))


def _top_columns(path: str) -> "dict[str, tuple[int | None, pa.DataType]]":
    """The columns of a Parquet file by name: their field ids, as far as they have any, and types.

    A file that cannot be read has none: whoever reads its rows says what is wrong with it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return {}
    ids = {column.name: (column.metadata or {}).get(b"PARQUET:field_id") for column in schema}
    return {name: (None if number is None else int(number), schema.field(name).type) for name, number in ids.items()}


def _is_local(path: str) -> bool:
    """Whether a path is one of this machine: asked of each file of the trades, to parse it takes much longer."""
    return path.startswith(("/", "file:")) or ":" not in path


def _local_path(path: str) -> str:
    """The path of a file URI; it is not decoded, since Iceberg writes paths without percent-encoding."""
    return path.removeprefix("file://") if path.startswith("file:///") else path.removeprefix("file:")


def planned_rows(
    rows: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None = None
) -> "pa.Table":
    """Read rows with PyIceberg's own reader, which handles position deletes, field ids and evolved schemas.

    Args:
        rows: The table at a snapshot.
        column: The table's column of instants, by the table's name for it.
        intervals: Rows outside the span of the intervals are left out, rows in gaps between them are not; None for all
            rows.
        columns: Names of columns; those that the table lacks are left out. None for all columns.
    """
    current = rows.table.current_snapshot()
    # The current snapshot is not named: PyIceberg reads a named one with its own, possibly older schema.
    pinned = None if current is not None and current.snapshot_id == rows.snapshot_id else rows.snapshot_id
    scan = rows.table.scan(snapshot_id=pinned)
    # PyIceberg 0.12 compares no nanoseconds: all of their rows are read.
    if intervals is not None and not (isinstance(rows, TradeRows) and rows.reading.time.type in NANOSECONDS):
        scan = scan.filter(_during(rows, column, intervals))
    present = [field.name for field in scan.projection().fields]
    wanted = present if columns is None else [name for name in columns if name in present]
    return scan.select(*wanted).to_arrow()


def _during(rows: Rows, column: str, intervals: Intervals) -> str:
    """The condition that the rows lie in the span of the intervals, on the column as it is stored."""
    span = (rows.reading.stored(intervals) if isinstance(rows, TradeRows) else intervals).span
    return f'"{column}" >= {span.start} AND "{column}" < {span.end}'


def no_trades(scale: Scale) -> "pa.Table":
    """A table without rows, with all columns of trades that a fold may need, in our types: also what is odd about them.

    Columns that a source lacks can be taken from here.
    """
    from engines.arrow import arrow_schema

    return arrow_schema((*TRADES_READ, Column("nanosecond", "long"), *TOLD), scale).empty_table()


def trades_table(rows: TradeRows, intervals: Intervals | None) -> "pa.Table":
    """The trades of a source in our names and types, for engines that do not convert them while they read.

    Args:
        rows: The rows of the source.
        intervals: Rows outside the span of the intervals are left out; None for all rows.

    Returns:
        The columns that `engines.embedded.mapped` describes.
    """
    from engines.embedded.mapped import converted

    return converted(planned_rows(rows, rows.reading.time.column, intervals, rows.reading.theirs), rows.reading)

"""Ways to read planned files: directly as Parquet if that gives exactly the snapshot's rows, else through PyIceberg."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engines.domain.interval import Intervals
from engines.work import Rows

if TYPE_CHECKING:
    import pyarrow as pa

_NAME_MAPPING = "schema.name-mapping.default"


def plain_files(rows: Rows, intervals: Intervals | None = None) -> list[str] | None:
    """Local paths of the Parquet files that overlap the intervals, or of all files.

    Returns:
        The paths; None if reading the files by column names does not give exactly the rows of the snapshot (it has
        delete files, the schema has evolved, or a name mapping is set), or if they are on remote storage.
    """
    metadata = rows.table.metadata
    snapshot = metadata.snapshot_by_id(rows.snapshot_id)
    summary = {} if snapshot is None or snapshot.summary is None else snapshot.summary.additional_properties
    plain = (
        bool(rows.files)
        and len(metadata.schemas) == 1
        and summary.get("total-delete-files") == "0"
        and _NAME_MAPPING not in metadata.properties
        and all(f.path.endswith(".parquet") and urlsplit(f.path).scheme in ("", "file") for f in rows.files)
    )
    if not plain:
        return None
    return [_local_path(file.path) for file in (rows.files if intervals is None else rows.within(intervals))]


def _local_path(path: str) -> str:
    """The path of a file URI; it is not decoded, since Iceberg writes paths without percent-encoding."""
    return path.removeprefix("file://") if path.startswith("file:///") else path.removeprefix("file:")


def planned_rows(
    rows: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None = None
) -> "pa.Table":
    """Read rows with PyIceberg's own reader, which handles position deletes, field ids and evolved schemas.

    Args:
        rows: The table at a snapshot.
        column: The table's column of instants.
        intervals: Rows outside the span of the intervals are left out, rows in gaps between them are not; None for all
            rows.
        columns: Names of columns; those that the table lacks are left out. None for all columns.
    """
    current = rows.table.current_snapshot()
    # The current snapshot is not named: PyIceberg reads a named one with its own, possibly older schema.
    pinned = None if current is not None and current.snapshot_id == rows.snapshot_id else rows.snapshot_id
    scan = rows.table.scan(snapshot_id=pinned)
    if intervals is not None:
        scan = scan.filter(f"{column} >= {intervals.span.start} AND {column} < {intervals.span.end}")
    present = [field.name for field in scan.projection().fields]
    wanted = present if columns is None else [name for name in columns if name in present]
    return scan.select(*wanted).to_arrow()

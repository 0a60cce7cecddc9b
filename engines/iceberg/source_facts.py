"""Facts about a source table from its metadata: how it is read, and what each run has to do because of it."""

from pyiceberg.manifest import DataFile, DataFileContent
from pyiceberg.table import Table

from engines.domain.changes import occupied
from engines.domain.look import SourceFacts
from engines.domain.mapping import SourceMapping
from engines.domain.reading import TIMESTAMPS, Reading
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.files import live_entries, manifests
from engines.iceberg.source import check_source, read_as_trades


def source_facts(tables: Tables) -> SourceFacts:
    """Facts about the source table.

    Raises:
        TableMissing: It does not exist.
        UsageError: It cannot be read as trades.
    """
    table, mapping, scale = tables.source(), tables.trades.mapping, tables.scale()
    head = table.current_snapshot()
    with catalog_errors(f"manifests of {tables.names.source}"):
        held = manifests(table, head)
        files = [entry.data_file for manifest in held for entry in live_entries(table, manifest)]
        data = [file for file in files if file.content == DataFileContent.DATA]
        reading, spans = (
            read_as_trades(table, mapping, scale, data) if data else (check_source(table, mapping, scale), ())
        )
    times = occupied(spans)
    return SourceFacts(
        table=tables.names.source,
        snapshot_id=None if head is None else head.snapshot_id,
        format_version=table.metadata.format_version,
        reading=reading,
        unit_told=_told(reading, mapping),
        identity=tables.identity(table),
        rows=sum(file.record_count for file in data),
        times=times.span if times else None,
        files=len(data),
        without_bounds=_without_bounds(table, reading, data),
        manifests=len(held),
        position_deletes=_deletes(files, DataFileContent.POSITION_DELETES),
        equality_deletes=_deletes(files, DataFileContent.EQUALITY_DELETES),
    )


def _told(reading: Reading, mapping: SourceMapping) -> bool:
    return reading.time.type in TIMESTAMPS or mapping.timestamp_unit is not None


def _without_bounds(table: Table, reading: Reading, files: list[DataFile]) -> int:
    number = table.schema().find_field(reading.time.column).field_id
    return sum(
        1 for file in files if number not in (file.lower_bounds or {}) or number not in (file.upper_bounds or {})
    )


def _deletes(files: list[DataFile], content: DataFileContent) -> int:
    return sum(1 for file in files if file.content == content)

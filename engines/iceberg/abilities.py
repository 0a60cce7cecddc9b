"""What a source has that not every engine can read: refused before a run, by name, with the engine that can."""

from collections.abc import Iterable

from pyiceberg.manifest import DataFile, FileFormat
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.domain.abilities import Abilities
from engines.domain.reading import NANOSECONDS, Reading
from engines.errors import UsageError
from engines.iceberg.files import has_equality_deletes
from engines.iceberg.unreadable import name_of

AVRO = "use --engine spark, or write the table's files anew as Parquet with it: CALL system.rewrite_data_files"


def refuse_unable(
    table: Table,
    snapshot: Snapshot | None,
    reading: Reading,
    abilities: Abilities,
    files: Iterable[DataFile] = (),
) -> None:
    """Refuse a source that an engine cannot read.

    Args:
        table: The source.
        snapshot: The snapshot to read; None if it has none.
        reading: How it is read.
        abilities: What the engine can read.
        files: The snapshot's data files, as far as they are known.

    Raises:
        UsageError: The engine cannot read it.
    """
    if not abilities.nanoseconds and reading.time.type in NANOSECONDS:
        column = f"column {reading.time.column} is {reading.time.type}"
        raise UsageError(
            f"table {name_of(table)}: {column}, which this engine does not read", hint="use --engine polars"
        )
    if not abilities.equality_deletes and snapshot is not None and has_equality_deletes(table, snapshot):
        raise UsageError(
            f"table {name_of(table)} holds equality deletes, which this engine does not read",
            hint="use --engine spark, or compact the table with it (rewrite_data_files)",
        )
    avro = next((file for file in files if file.file_format == FileFormat.AVRO), None)
    if not abilities.avro and avro is not None:
        raise UsageError(
            f"table {name_of(table)}: the data file {avro.file_path} is in Avro, which this engine does not read",
            hint=AVRO,
        )

"""Files below a table's folder that nothing needs; none where the folder is not the table's alone."""

from collections.abc import Collection, Iterable
from typing import Any

from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import Table

from engines.errors import Refused, UsageError
from engines.iceberg.listing import listed_files
from engines.iceberg.maintenance import is_shared, normalised, reachable
from engines.iceberg.metadata_files import SUFFIXES, read_json

_VERSION_HINT = "metadata/version-hint.text"


def orphans(table: Table, *, older_than: int) -> list[str]:
    """Files under the table's location, last written before an instant, that no snapshot or metadata log references.

    Raises:
        Refused: Another table lies there, or the table as another catalog knows it: its files are none of ours.
        UsageError: The storage cannot be listed through PyArrow.
    """
    if is_shared(table):
        return []
    if not isinstance(table.io, PyArrowFileIO):
        raise UsageError("orphans can only be found through PyArrow's file systems", hint="unset py-io-impl")
    files = list(listed_files(table.io, table.location().rstrip("/"), recursive=True))
    # Loaded after the listing: what our own catalog has committed by then is not another's.
    now = table.catalog.load_table(table.name())
    known = _known(now)
    unknown = [(path, info) for path, info in files if known.isdisjoint(_names(path))]
    _refuse_others(now, [path for path, _ in unknown])
    return [path for path, info in unknown if info.mtime_ns // 1000 < older_than]


def _known(table: Table) -> set[str]:
    logs = [entry.metadata_file for entry in table.metadata.metadata_log]
    hint = f"{table.location().rstrip('/')}/{_VERSION_HINT}"
    return {*reachable(table), *(normalised(path) for path in (table.metadata_location, hint, *logs))}


def _names(path: str) -> tuple[str, ...]:
    """The normalised path of a file and, for a checksum file of Hadoop (``.x.crc``), that of the file it is for."""
    own = normalised(path)
    folder, _, name = own.rpartition("/")
    if name.startswith(".") and name.endswith(".crc"):
        return own, f"{folder}/{name[1:-4]}"
    return (own,)


def _refuse_others(table: Table, unknown: Collection[str]) -> None:
    """Raise Refused if a metadata file that the table does not know is of another table, or needs files of its own.

    One that needs none is of a commit that failed, or of a state whose snapshots have expired.
    """
    there = {normalised(path) for path in unknown}
    for path in unknown:
        found = _metadata(table.io, path) if path.endswith(SUFFIXES) else {}
        uuid = found.get("table-uuid", str(table.metadata.table_uuid))
        if uuid != str(table.metadata.table_uuid):
            raise _others(table, path, f"of another table, {uuid}")
        if not there.isdisjoint(map(normalised, _needed(found))):
            raise _others(table, path, "a state of this table that its catalog does not know")


def _others(table: Table, path: str, what: str) -> Refused:
    return Refused(
        f"{'.'.join(table.name())}: no orphans are deleted, for another catalog may use the folder: {path} is {what}",
        hint="give each catalog a [catalog] warehouse of its own; if nothing uses that one any more, delete the file",
    )


def _metadata(io: FileIO, path: str) -> dict[str, Any]:
    """The content of a metadata file; nothing where it is gone, or no JSON."""
    try:
        found = read_json(io, path)
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _needed(metadata: dict[str, Any]) -> Iterable[str]:
    """The manifest lists of snapshots; or their manifests, which the first version of the format may name instead."""
    for snapshot in metadata.get("snapshots", ()):
        yield from (snapshot["manifest-list"],) if "manifest-list" in snapshot else snapshot.get("manifests", ())

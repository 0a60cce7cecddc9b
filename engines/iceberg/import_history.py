"""Imports as the snapshots of the table of trades tell of them: which one a run made, and what became of its files."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyiceberg.manifest import DataFile, DataFileContent, ManifestEntryStatus
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from engines.domain.orders import KEY_UNDONE
from engines.domain.watermark import KEY_RUN
from engines.iceberg.files import changed_entries
from engines.iceberg.state import ancestry, history, summary


@dataclass(frozen=True, slots=True)
class Import:
    """The import of a run.

    Attributes:
        run_id: The run.
        snapshot: The snapshot that it committed.
    """

    run_id: str
    snapshot: Snapshot

    @property
    def time(self) -> int:
        """When it was committed, microseconds."""
        return self.snapshot.timestamp_ms * 1000

    @property
    def rows(self) -> int:
        """Number of rows that it added."""
        return int(summary(self.snapshot).get("added-records", "0"))


def imports(table: Table) -> Iterator[Import]:
    """The imports that the table's history tells of, newest first, those that were taken back included.

    Snapshots after them may have expired: what `undo` can do then, the files that are still in the table tell.
    """
    for snapshot in history(table):
        found = summary(snapshot)
        operation = snapshot.summary.operation if snapshot.summary else None
        if operation is Operation.APPEND and KEY_RUN in found:
            yield Import(found[KEY_RUN], snapshot)


def undone_by(table: Table, run_id: str) -> str | None:
    """The run that took an import back; None if none did."""
    for snapshot in history(table):
        if summary(snapshot).get(KEY_UNDONE) == run_id:
            return summary(snapshot).get(KEY_RUN, "")
    return None


def added_files(table: Table, snapshot: Snapshot) -> list[DataFile]:
    """The data files that a snapshot added."""
    return _files(table, snapshot, ManifestEntryStatus.ADDED)


def rewritten_by(table: Table, files: set[str], since: Snapshot) -> Snapshot | None:
    """The snapshot after another one that removed one of the files and added others: its rows may be in these now."""
    for snapshot in history(table):
        if snapshot == since:
            return None
        removed = {file.file_path for file in _files(table, snapshot, ManifestEntryStatus.DELETED)}
        if files & removed and added_files(table, snapshot):
            return snapshot
    return None


def all_kept(table: Table, since: Snapshot) -> bool:
    """Whether no snapshot after another one has expired."""
    return since in ancestry(table, table.current_snapshot())


def _files(table: Table, snapshot: Snapshot, status: ManifestEntryStatus) -> list[DataFile]:
    """The data files that a snapshot added or removed."""
    return [
        entry.data_file
        for entry in changed_entries(table, snapshot)
        if entry.status == status and entry.data_file.content == DataFileContent.DATA
    ]

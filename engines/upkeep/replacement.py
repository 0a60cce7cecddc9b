"""Replaces data files of the table of trades in one snapshot, whatever others have added to it meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyiceberg.manifest import DataFile, ManifestContent
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from engines.domain.requests import Observer
from engines.domain.watermark import KEY_RUN
from engines.errors import Conflict
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_entries, live_files, manifests
from engines.iceberg.publication import publish
from engines.iceberg.state import committed_by
from engines.retrying import with_retries


@dataclass
class _Held:
    """Files of a writer, for one attempt: a failed one does not delete them, since the next one needs them."""

    table: Table
    writer: DataFileWriter
    failed: bool = False
    written: list[DataFile] = field(init=False)

    def __post_init__(self) -> None:
        self.written = self.writer.written

    @property
    def bytes_written(self) -> int:
        return self.writer.bytes_written

    def discard(self) -> None:
        """Remember that the attempt has surely failed."""
        self.failed = True


@dataclass
class Replacement:
    """Replacement of data files of the table of trades.

    Imports that others commit meanwhile do not matter. If the files to be removed were removed by others, or row
    deletes came that may be meant for them, nothing is committed: what was written may hold rows that are gone.

    Attributes:
        tables: Loads the table.
        removed: Live data files to remove.
        writer: Holds the files to add.
        summary: Keys for the snapshot's summary, `KEY_RUN` among them.
        operation: The snapshot's operation; None to derive it from the files removed and added.
        deletes: Paths of the delete files that were there when rows were read; None if none were read.
    """

    tables: Tables
    removed: Sequence[DataFile]
    writer: DataFileWriter
    summary: Mapping[str, str]
    operation: Operation | None = None
    deletes: frozenset[str] | None = None
    _certain: bool = True

    def commit(self, attempts: int, observer: Observer) -> int | None:
        """Commit; return the id of the snapshot, or None if others were faster and all has to be looked at again.

        Raises:
            Conflict: Others committed first at each of the attempts.
            Unavailable: The catalog or the storage did not answer, and the snapshot is not in the table.
            CommitStateUnknown: It is not known whether the commit succeeded.
        """
        try:
            committed = with_retries(attempts, observer, self._attempt)
        except Conflict:
            self._discard()
            raise
        if committed is None:
            self._discard()
        return committed

    def _attempt(self) -> int | None:
        with catalog_errors(f"commit to {self.tables.names.source}"):
            table = self.tables.source()
            done = committed_by(table, self.summary[KEY_RUN])
            if done is not None:
                return done.snapshot_id
            head = table.current_snapshot()
            live = {file.file_path for file in live_files(table, head)}
            if not live.issuperset(file.file_path for file in self.removed):
                return None
            if self.deletes is not None and delete_paths(table, head) != self.deletes:
                return None
            if _form(table) != _form(self.writer.table):
                return None
        held = _Held(table, self.writer)
        try:
            return publish(
                self.tables, removed=self.removed, writer=held, summary=self.summary, operation=self.operation
            )
        except Conflict:
            self._certain = self._certain and held.failed
            raise

    def _discard(self) -> None:
        """Delete the files written, unless an attempt may have committed them."""
        if self._certain:
            self.writer.discard()


def _form(table: Table) -> tuple[int, int]:
    """The schema and the partitioning by which files are written."""
    return table.schema().schema_id, table.spec().spec_id


def delete_paths(table: Table, snapshot: Snapshot | None) -> frozenset[str]:
    """Paths of the delete files of a snapshot; manifests of data files are not opened."""
    return frozenset(
        entry.data_file.file_path
        for manifest in manifests(table, snapshot)
        if manifest.content == ManifestContent.DELETES
        for entry in live_entries(table, manifest)
    )

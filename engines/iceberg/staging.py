"""Files staged on a branch until they are published: for engines whose writers commit everything that they write.

On a branch an engine can write files into a table without readers of the table seeing them. The branch starts at the
head that the run has seen. Once it holds the files, the commit that all engines share (`publish`) adds them to main by
compare-and-swap. A branch that a killed run left is found and dropped by the next run (`branches`).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from engines.domain.watermark import KEY_RUN
from engines.errors import Conflict, K2Error, ValidationFailed
from engines.iceberg.branches import begin, drop_branch, head_id, staging_branch
from engines.iceberg.catalog import Tables
from engines.iceberg.files import live_entries, manifests
from engines.iceberg.schema import check_writable


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingBranch:
    """A branch to write files to.

    Attributes:
        table: Full name of the table, without that of the catalog.
        name: Name of the branch, which does not exist yet.
        start: Id of the snapshot at which it must start.
        columns: Names of the table's columns, in its order.
        summary: Keys for the summary of every snapshot that is committed to it.
    """

    table: str
    name: str
    start: int
    columns: tuple[str, ...]
    summary: Mapping[str, str]


@dataclass
class StagedFiles:
    """The staged files of one future commit (`NewFiles`).

    Attributes:
        tables: The tables of the catalog.
        table: The handle with which the run has planned; after `write`, the one to commit through.
        run_id: Identity of the run, from which the branch gets its name.
        written: The files, after `write`.
    """

    tables: Tables
    table: Table
    run_id: str
    written: list[DataFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        check_writable(self.table)
        self._name = ".".join(self.table.name())
        self._branch = ""

    @property
    def bytes_written(self) -> int:
        """Total size of the files."""
        return sum(file.file_size_in_bytes for file in self.written)

    def write(self, append: Callable[[StagingBranch], None], *, expected: int | None = None) -> None:
        """Write rows into new files on a branch; on failure, discard them.

        Args:
            append: Creates the branch and appends the rows to it.
            expected: Number of the rows, if known.

        Raises:
            Conflict: The table has changed since the handle was loaded, or the catalog is locked.
            ValidationFailed: The files do not hold the expected number of rows.
        """
        if self.table.current_snapshot() is None:
            self.table = begin(self.table)
        self._branch = staging_branch(self.table, self.run_id)
        branch = StagingBranch(
            table=self._name,
            name=self._branch,
            start=head_id(self.table),
            columns=tuple(field.name for field in self.table.schema().fields),
            summary={KEY_RUN: self.run_id},
        )
        try:
            append(branch)
            self._take_over()
            self._audit(expected)
        except BaseException:
            self.discard()
            raise

    def _audit(self, expected: int | None) -> None:
        held = sum(file.record_count for file in self.written)
        if expected is not None and held != expected:
            raise ValidationFailed(
                f"{held} of {expected} rows were written to {self._name}; nothing was published",
                hint="run the command again; if it happens twice, please report it",
            )

    def _take_over(self) -> None:
        """Find the files that were added on the branch, and switch to a handle that knows the branch.

        A commit through the old handle would give its snapshot the same sequence number as the branch's.
        """
        table = self.tables.find(self._name)
        ref = None if table is None else table.metadata.refs.get(self._branch)
        if table is None or ref is None or head_id(table) != head_id(self.table):
            raise Conflict(f"write to {self._name}: somebody else committed first", hint="run the command again")
        snapshot = table.metadata.snapshot_by_id(ref.snapshot_id)
        self.table = table
        self.written = [
            entry.data_file
            for manifest in manifests(table, snapshot)
            if manifest.added_snapshot_id == ref.snapshot_id
            for entry in live_entries(table, manifest)
            if entry.snapshot_id == ref.snapshot_id
        ]

    def discard(self) -> None:
        """Drop the branch; `prune` later deletes the files, since nothing references them.

        Errors are ignored: the next run drops a branch that is left.
        """
        if self._branch:
            with suppress(K2Error):
                drop_branch(self.tables, self._name, self._branch)

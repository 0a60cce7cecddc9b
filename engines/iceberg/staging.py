"""Files of a commit to come, on a branch of their own: for engines whose writers commit whatever they write.

On a branch an engine can write files into a table without readers of the table seeing them. The branch starts at the
head that the run saw; once it holds the files, the commit shared by all engines (`publish`) puts them into main, by
compare-and-swap. A branch that was left behind by a run that was killed is found and dropped by the next one
(`branches`).
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
from engines.iceberg.files import live_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingBranch:
    """A branch to write files to.

    Attributes:
        table: Full name of the table, without the catalog's.
        name: Name of the branch, which does not exist yet.
        start: The snapshot it has to start at.
        columns: The columns of the table, in its order.
        summary: Keys for the summary of every snapshot that is made on it.
    """

    table: str
    name: str
    start: int
    columns: tuple[str, ...]
    summary: Mapping[str, str]


@dataclass
class StagedFiles:
    """The files of one commit to come (`NewFiles`).

    Attributes:
        tables: Where the table is.
        table: The handle that the run plans with; after `write`, the one to commit through.
        run_id: The run's identity, by which the branch is told from others'.
        written: The files, once `write` is done.
    """

    tables: Tables
    table: Table
    run_id: str
    written: list[DataFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._name = ".".join(self.table.name())
        self._branch = ""

    @property
    def bytes_written(self) -> int:
        """Size of all files."""
        return sum(file.file_size_in_bytes for file in self.written)

    def write(self, append: Callable[[StagingBranch], None], *, expected: int | None = None) -> None:
        """Have rows written into new files on a branch; let go of them on failure.

        Args:
            append: Makes the branch and appends the rows to it.
            expected: How many they are, where that is known.

        Raises:
            Conflict: The table is not what the handle saw, or the catalog is locked.
            ValidationFailed: The files do not hold so many rows as expected.
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
        """Find what the branch has beyond its beginning; go on with a handle that knows of the branch.

        A commit made through the old handle would number its snapshot as the branch's own is numbered.
        """
        table = self.tables.find(self._name)
        ref = None if table is None else table.metadata.refs.get(self._branch)
        if table is None or ref is None or head_id(table) != head_id(self.table):
            raise Conflict(f"write to {self._name}: somebody else committed first", hint="run the command again")
        snapshot = table.metadata.snapshot_by_id(ref.snapshot_id)
        manifests = [] if snapshot is None else snapshot.manifests(table.io)
        self.table = table
        self.written = [
            entry.data_file
            for manifest in manifests
            if manifest.added_snapshot_id == ref.snapshot_id
            for entry in live_entries(table.io, manifest)
            if entry.snapshot_id == ref.snapshot_id
        ]

    def discard(self) -> None:
        """Let go of the files: without the branch no one sees them, and `prune` deletes what nothing reaches.

        What keeps the branch from being dropped now does not keep the next run from it.
        """
        if self._branch:
            with suppress(K2Error):
                drop_branch(self.tables, self._name, self._branch)

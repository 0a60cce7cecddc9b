"""Files that Spark has written, on a branch of their own until they are published.

A branch is the only way by which Spark writes files into a table without its readers seeing them. The branch starts
at the head that the run saw; once it holds the files, the commit shared by all engines (`engines.iceberg.publish`)
puts them into main, by compare-and-swap. A branch that was left behind by a run that was killed is found and dropped
by the next one (`engines.iceberg.branches`).
"""

from contextlib import suppress
from dataclasses import dataclass, field

from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyspark.sql import DataFrame, SparkSession

from engines.domain.watermark import KEY_RUN
from engines.errors import Conflict, K2Error, ValidationFailed
from engines.iceberg.branches import begin, drop_branch, head_id, staging_branch
from engines.iceberg.catalog import Tables
from engines.iceberg.files import live_entries
from engines.spark.errors import spark_errors
from engines.spark.scan import quoted


@dataclass
class StagedFiles:
    """The files of one commit to come.

    Attributes:
        spark: The session.
        tables: Where the table is.
        table: The handle that the run plans with; after `write`, the one to commit through.
        run_id: The run's identity, by which the branch is told from others'.
        written: The files, once `write` is done.
    """

    spark: SparkSession
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

    def write(self, rows: DataFrame, *, expected: int | None = None) -> None:
        """Write rows into new files, clustered by partition and sorted as the table says; let go of them on failure.

        Args:
            rows: The rows.
            expected: How many they are, where that is known.

        Raises:
            Conflict: The table is not what the handle saw, or the catalog is locked.
            ValidationFailed: The files do not hold so many rows as expected.
        """
        if self.table.current_snapshot() is None:
            self.table = begin(self.table)
        self._branch = staging_branch(self.table, self.run_id)
        try:
            with spark_errors(f"write to {self._name}"):
                self._append(rows)
            self._take_over()
            self._audit(expected)
        except BaseException:
            self.discard()
            raise

    def _append(self, rows: DataFrame) -> None:
        full = quoted(f"{self.tables.config.name}.{self._name}")
        columns = [field.name for field in self.table.schema().fields]
        start = head_id(self.table)
        self.spark.sql(f"ALTER TABLE {full} CREATE BRANCH `{self._branch}` AS OF VERSION {start}")
        writer = rows.select(*columns).writeTo(f"{full}.`branch_{self._branch}`")
        writer.option(f"snapshot-property.{KEY_RUN}", self.run_id).append()

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

"""The atomic commit to a table, by strict compare-and-swap on the head that the run has seen."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from pyiceberg.exceptions import BadRequestError
from pyiceberg.manifest import DataFile, ManifestContent, ManifestFile
from pyiceberg.table import Table, Transaction
from pyiceberg.table.snapshots import Operation, Summary
from pyiceberg.table.update.snapshot import _ManifestMergeManager, _OverwriteFiles
from pyiceberg.typedef import EMPTY_DICT

from engines.domain.watermark import KEY_FENCE, KEY_RUN, KEY_SOURCE_UUID
from engines.errors import CommitStateUnknown, Conflict, K2Error, Unavailable
from engines.iceberg.branches import drop_branch, stale_branches
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.datafiles import DataFileWriter, NewFiles
from engines.iceberg.landing import landed, surely_failed

_OUTLIVING = (KEY_FENCE, KEY_SOURCE_UUID)
"""Keys that are also stored as table properties, since others may expire the snapshot that has them."""
MERGE_MANIFESTS_FROM = 16
"""Number of manifests of a table from which they are merged: each run opens all of them."""
MANIFEST_BYTES = 256 * 1024
"""Size from which a manifest, of some 1,700 files, stays as it is: it would be written anew every few commits."""


class ReplaceFiles(_OverwriteFiles):
    """Removes and adds data files in one snapshot, and merges manifests or drops them if they have no live entries.

    PyIceberg 0.12 keeps manifests of deleted entries for ever and never merges those of an overwrite: a table that is
    refreshed every five minutes would accumulate 288 a day.
    """

    def _summary(self, snapshot_properties: dict[str, str] = EMPTY_DICT) -> Summary:
        """The snapshot's summary; a replacement is counted as an overwrite, since PyIceberg 0.12 cannot count it."""
        if self._operation is not Operation.REPLACE:
            return super()._summary(snapshot_properties)
        self._operation = Operation.OVERWRITE
        counted = super()._summary(snapshot_properties)
        self._operation = Operation.REPLACE
        return Summary(operation=Operation.REPLACE, **counted.additional_properties)

    def _existing_manifests(self) -> list[ManifestFile]:
        return [m for m in super()._existing_manifests() if m.has_added_files() or m.has_existing_files()]

    def _process_manifests(self, manifests: list[ManifestFile]) -> list[ManifestFile]:
        merger = _ManifestMergeManager(
            target_size_bytes=MANIFEST_BYTES,
            min_count_to_merge=MERGE_MANIFESTS_FROM,
            merge_enabled=True,
            snapshot_producer=self,
        )
        data = [m for m in manifests if m.content == ManifestContent.DATA]
        return merger.merge_manifests(data) + [m for m in manifests if m.content == ManifestContent.DELETES]


def publish(
    tables: Tables,
    *,
    removed: Sequence[DataFile],
    writer: NewFiles,
    summary: Mapping[str, str],
    operation: Operation | None = None,
) -> int:
    """Replace data files and record the watermark in one snapshot, if the table has not changed since it was read.

    Args:
        tables: Used to load the table again if the answer to the commit is lost.
        removed: Live data files to remove.
        writer: Holds the files to add and the handle to commit through, which has not been refreshed since the table
            was read. The files are discarded if the commit surely failed.
        summary: Keys for the snapshot's summary.
        operation: The snapshot's operation; None to derive it from the files removed and added.

    Returns:
        The id of the new snapshot.

    Raises:
        Conflict: The table has changed, or the catalog is locked; nothing was committed.
        Unavailable: The catalog or the storage did not answer, and the snapshot is not in the table.
        CommitStateUnknown: It is not known whether the commit succeeded.
    """
    table = writer.table
    name = ".".join(table.name())
    # Set in this handle's memory only: a retry by PyIceberg would drop the assertion on the head.
    table.metadata.properties["commit.retry.num-retries"] = "0"
    transaction = Transaction(table)
    producer = ReplaceFiles(
        operation=operation or _operation(removed, writer.written),
        transaction=transaction,
        io=table.io,
        snapshot_properties=dict(summary),
    )
    try:
        with catalog_errors(f"commit to {name}"):
            outliving = {key: summary[key] for key in _OUTLIVING if key in summary and _changed(table, summary, key)}
            if outliving:
                transaction.set_properties(outliving)
            with producer:
                for file in removed:
                    producer.delete_data_file(file)
                for file in writer.written:
                    producer.append_data_file(file)
            transaction.commit_transaction()
    except (ValueError, BadRequestError) as error:
        if "sequence number" not in str(error):
            raise
        # A branch has got a snapshot since the handle was loaded, with the sequence number that ours was to have.
        writer.discard()
        raise Conflict(f"commit to {name}: somebody else committed first", hint="run the command again") from error
    except (Conflict, Unavailable, CommitStateUnknown) as error:
        if surely_failed(error):
            writer.discard()
            raise
        return landed(tables, name, summary[KEY_RUN], error).snapshot_id
    _tidy(tables, table)
    return producer.snapshot_id


def _tidy(tables: Tables, table: Table) -> None:
    """Drop the staging branches of runs that began at the head just replaced: they can no longer publish.

    Errors are ignored: the next run drops the branches that are left.
    """
    with suppress(K2Error):
        for branch in stale_branches(table):
            drop_branch(tables, ".".join(table.name()), branch)


def _changed(table: Table, summary: Mapping[str, str], key: str) -> bool:
    return summary[key] != table.properties.get(key, "")


def _operation(removed: Sequence[DataFile], added: Sequence[DataFile]) -> Operation:
    if not removed:
        return Operation.APPEND
    return Operation.OVERWRITE if added else Operation.DELETE


def publish_watermark(tables: Tables, table: Table, summary: Mapping[str, str]) -> int:
    """Record a watermark without changing candles; raises as `publish`."""
    return publish(tables, removed=(), writer=DataFileWriter(table), summary=summary)

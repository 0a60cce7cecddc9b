"""Commits that leave out what cannot be read of a candle table, so that a run can make it again."""

from collections.abc import Sequence
from contextlib import suppress

from pyiceberg.manifest import DataFile, ManifestContent, ManifestEntry, ManifestFile
from pyiceberg.table import Table, Transaction
from pyiceberg.table.refs import MAIN_BRANCH, SnapshotRefType
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import RemoveSnapshotsUpdate
from pyiceberg.typedef import EMPTY_DICT

from engines.domain.watermark import KEY_DAMAGED, KEY_FENCE, KEY_RUN
from engines.errors import K2Error
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.damage import unreadable_history
from engines.iceberg.datafiles import DataFileWriter
from engines.iceberg.files import live_entries, manifests
from engines.iceberg.publication import ReplaceFiles, publish
from engines.iceberg.state import TargetState, ancestry, summary, target_state


def set_aside(tables: Tables, table: Table, files: Sequence[DataFile], run_id: str) -> None:
    """Remove data files from a table in a snapshot of its own, which counts as a change by others.

    Raises:
        Conflict: Somebody else committed first.
    """
    # An id of its own, so that the run is not taken to have published already.
    marks = {KEY_RUN: f"{run_id}-damage", KEY_DAMAGED: str(len(files))}
    publish(tables, removed=files, writer=DataFileWriter(table), summary=marks)


def newest_whole(table: Table) -> Snapshot | None:
    """The newest ancestor of the head whose manifests can all be read; None if there is none."""
    before = list(ancestry(table, table.current_snapshot()))[1:]
    return next((snapshot for snapshot in before if not unreadable_history(table, snapshot)), None)


def make_head(table: Table, snapshot: Snapshot, *, forgetting: bool = False) -> None:
    """Make a snapshot the head of a table.

    Args:
        table: The table.
        snapshot: The snapshot.
        forgetting: Forget those that cannot be read in the same commit: whoever cleans up would stumble over them.

    Raises:
        Conflict: Somebody else committed first.
    """
    forgotten = _forgotten(table) if forgetting else ()
    transaction = _once(table)
    with catalog_errors(f"commit to {'.'.join(table.name())}"):
        # No public way of PyIceberg 0.12 commits both at once.
        updates, unchanged = transaction._set_ref_snapshot(snapshot.snapshot_id, MAIN_BRANCH, SnapshotRefType.BRANCH)  # noqa: SLF001
        transaction._stage((*updates, *forgotten), unchanged)  # noqa: SLF001
        transaction.commit_transaction()


def keep_readable(table: Table, run_id: str) -> int:
    """Commit a snapshot of what can be read of the head, with its fence and no watermark, and forget all others.

    Returns:
        The number of rows that the head had and this snapshot does not; -1 if that is not known.

    Raises:
        Conflict: Somebody else committed first.
    """
    state = target_state(table)
    held = _readable(state)
    transaction = _once(table)
    fence = "" if state.fence is None else str(state.fence)
    producer = _Kept(
        operation=Operation.OVERWRITE,
        transaction=transaction,
        io=table.io,
        snapshot_properties={KEY_RUN: f"{run_id}-damage", KEY_DAMAGED: "", KEY_FENCE: fence},
    )
    producer.kept = [manifest for manifest, _ in held]
    with catalog_errors(f"commit to {'.'.join(table.name())}"):
        with producer:
            pass
        transaction._stage(_forgotten(table), ())  # noqa: SLF001 - as above
        transaction.commit_transaction()
    had = {} if state.head is None else summary(state.head)
    return int(had["total-records"]) - sum(rows for _, rows in held) if "total-records" in had else -1


class _Kept(ReplaceFiles):
    """A snapshot of given manifests, whatever its parent had."""

    kept: Sequence[ManifestFile] = ()

    def _existing_manifests(self) -> list[ManifestFile]:
        return list(self.kept)

    def _deleted_entries(self) -> list[ManifestEntry]:
        return []

    def _summary(self, snapshot_properties: dict[str, str] = EMPTY_DICT) -> Summary:
        """The summary without totals, which would be counted on from the parent's."""
        return Summary(operation=Operation.OVERWRITE, **snapshot_properties)


def _readable(state: TargetState) -> list[tuple[ManifestFile, int]]:
    """The manifests of data files at the head that can be read, each with the number of its rows."""
    try:
        held = manifests(state.table, state.head)
    except K2Error:
        return []
    found = []
    for manifest in held:
        if manifest.content == ManifestContent.DATA:
            with suppress(K2Error):
                live = live_entries(state.table, manifest)
                found += [(manifest, sum(entry.data_file.record_count for entry in live))] if live else []
    return found


def _once(table: Table) -> Transaction:
    """A transaction that asserts the head that the table was loaded with: a retry by PyIceberg would take a new one."""
    table.metadata.properties["commit.retry.num-retries"] = "0"
    return Transaction(table)


def _forgotten(table: Table) -> tuple[RemoveSnapshotsUpdate, ...]:
    """The update that forgets all snapshots that cannot be read."""
    lost = [s.snapshot_id for s in table.metadata.snapshots if unreadable_history(table, s)]
    return (RemoveSnapshotsUpdate.model_validate({"snapshot-ids": lost}),) if lost else ()

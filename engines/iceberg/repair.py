"""Commits that leave out what cannot be read of a candle table, so that a run can make it again."""

from collections.abc import Sequence

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
from engines.iceberg.state import TargetState, ancestry, target_state


def set_aside(tables: Tables, table: Table, files: Sequence[DataFile], run_id: str) -> None:
    """Remove data files from a table in a snapshot of its own, which counts as a change by others.

    Raises:
        Conflict: Somebody else committed first.
    """
    # An id of its own, so that the run is not taken to have published already.
    summary = {KEY_RUN: f"{run_id}-damage", KEY_DAMAGED: str(len(files))}
    publish(tables, removed=files, writer=DataFileWriter(table), summary=summary)


def newest_whole(table: Table) -> Snapshot | None:
    """The newest ancestor of the head whose manifests can all be read; None if there is none."""
    before = list(ancestry(table, table.current_snapshot()))[1:]
    return next((snapshot for snapshot in before if not unreadable_history(table, snapshot)), None)


def go_back(table: Table, snapshot: Snapshot) -> None:
    """Make a snapshot the head, and forget those that cannot be read: whoever cleans up would stumble over them.

    Raises:
        Conflict: Somebody else committed first.
    """
    _make_head(table, snapshot, _forgotten(table))


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
    producer.kept = held
    with catalog_errors(f"commit to {'.'.join(table.name())}"):
        with producer:
            pass
        transaction._stage(_forgotten(table), ())  # noqa: SLF001 - as above
        transaction.commit_transaction()
    before = (
        state.head.summary.additional_properties.get("total-records") if state.head and state.head.summary else None
    )
    left = sum(entry.data_file.record_count for manifest in held for entry in live_entries(table, manifest))
    return int(before) - left if before is not None else -1


def make_head(table: Table, snapshot: Snapshot) -> None:
    """Make a snapshot the head of a table.

    Raises:
        Conflict: Somebody else committed first.
    """
    _make_head(table, snapshot, ())


def _make_head(table: Table, snapshot: Snapshot, more: tuple[RemoveSnapshotsUpdate, ...]) -> None:
    transaction = _once(table)
    with catalog_errors(f"commit to {'.'.join(table.name())}"):
        # No public way of PyIceberg 0.12 commits both at once.
        updates, unchanged = transaction._set_ref_snapshot(snapshot.snapshot_id, MAIN_BRANCH, SnapshotRefType.BRANCH)  # noqa: SLF001
        transaction._stage((*updates, *more), unchanged)  # noqa: SLF001
        transaction.commit_transaction()


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


def _readable(state: TargetState) -> list[ManifestFile]:
    """The manifests of data files at the head that can be read."""
    try:
        held = manifests(state.table, state.head)
    except K2Error:
        return []
    found = []
    for manifest in held:
        try:
            if manifest.content == ManifestContent.DATA and live_entries(state.table, manifest):
                found.append(manifest)
        except K2Error:
            continue
    return found


def _once(table: Table) -> Transaction:
    """A transaction that asserts the head that the table was loaded with: a retry by PyIceberg would take a new one."""
    table.metadata.properties["commit.retry.num-retries"] = "0"
    return Transaction(table)


def _forgotten(table: Table) -> tuple[RemoveSnapshotsUpdate, ...]:
    """The update that forgets all snapshots that cannot be read."""
    lost = [s.snapshot_id for s in table.metadata.snapshots if unreadable_history(table, s)]
    return (RemoveSnapshotsUpdate.model_validate({"snapshot-ids": lost}),) if lost else ()

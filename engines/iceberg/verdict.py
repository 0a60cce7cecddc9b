"""Whether a commit that the catalog calls failed stands all the same."""

from pyiceberg.exceptions import CommitFailedException, CommitStateUnknownException
from pyiceberg.table import Table
from pyiceberg.table.update import AddSnapshotUpdate, TableRequirement, TableUpdate

_commit = Table._do_commit  # noqa: SLF001 - the one place through which PyIceberg 0.12 commits


def commit_and_look(table: Table, updates: tuple[TableUpdate, ...], requirements: tuple[TableRequirement, ...]) -> None:
    """Commit; if the catalog says that the commit failed, look into the table whether it did.

    A commit can arrive while its answer is lost. If a client or a proxy below us then sends it again, the second one is
    answered with a conflict, 409. PyIceberg, and whoever relies on its CommitFailedException, would delete the files of
    a snapshot that stands (the same fault: apache/iceberg 12792).

    Raises:
        CommitFailedException: The table does not have the snapshots of the commit: its files may be deleted.
        CommitStateUnknownException: Nobody can tell: the table cannot be read.
    """
    try:
        _commit(table, updates, requirements)
    except CommitFailedException as failure:
        ours = [update.snapshot.snapshot_id for update in updates if isinstance(update, AddSnapshotUpdate)]
        if not ours:
            raise
        try:
            table.refresh()
            stands = all(_has(table, snapshot_id) for snapshot_id in ours)
        except Exception as error:  # noqa: BLE001 - whatever keeps us from looking, the answer is not known
            raise CommitStateUnknownException(f"{failure}; then the table could not be read: {error}") from failure
        if not stands:
            raise


def _has(table: Table, snapshot_id: int) -> bool:
    """Whether a table has a snapshot, or files of it: others may have expired it since."""
    head = table.current_snapshot()
    return table.metadata.snapshot_by_id(snapshot_id) is not None or any(
        entry.snapshot_id == snapshot_id
        for manifest in ([] if head is None else head.manifests(table.io))
        for entry in manifest.fetch_manifest_entry(table.io)
    )

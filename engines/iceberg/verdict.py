"""Whether a commit that the catalog calls failed stands all the same."""

from pyiceberg.exceptions import CommitFailedException, CommitStateUnknownException
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import (
    AddSnapshotUpdate,
    RemovePropertiesUpdate,
    RemoveSnapshotRefUpdate,
    RemoveSnapshotsUpdate,
    SetPropertiesUpdate,
    SetSnapshotRefUpdate,
    TableRequirement,
    TableUpdate,
)

_TOLD = (
    AddSnapshotUpdate,
    SetSnapshotRefUpdate,
    RemoveSnapshotRefUpdate,
    RemoveSnapshotsUpdate,
    SetPropertiesUpdate,
    RemovePropertiesUpdate,
)
"""Updates of which a table tells whether it has them."""

_commit = Table._do_commit  # noqa: SLF001 - the one place through which PyIceberg 0.12 commits


def commit_and_look(table: Table, updates: tuple[TableUpdate, ...], requirements: tuple[TableRequirement, ...]) -> None:
    """Commit; if the catalog says that the commit failed, look into the table whether it did.

    A commit can arrive while its answer is lost. If a client or a proxy below us then sends it again, the second one is
    answered with a conflict, 409. PyIceberg, and whoever relies on its CommitFailedException, would delete the files of
    a snapshot that stands (the same fault: apache/iceberg 12792).

    Raises:
        CommitFailedException: The table does not have what was to be committed: its files may be deleted.
        CommitStateUnknownException: Nobody can tell: the table cannot be read.
    """
    try:
        _commit(table, updates, requirements)
    except CommitFailedException as failure:
        if not (_added(updates) or all(isinstance(update, _TOLD) for update in updates)):
            raise
        try:
            table.refresh()
            stands = _stands(table, updates)
        except Exception as error:  # noqa: BLE001 - whatever keeps us from looking, the answer is not known
            raise CommitStateUnknownException(f"{failure}; then the table could not be read: {error}") from failure
        if not stands:
            raise


def _added(updates: tuple[TableUpdate, ...]) -> list[Snapshot]:
    return [update.snapshot for update in updates if isinstance(update, AddSnapshotUpdate)]


def _stands(table: Table, updates: tuple[TableUpdate, ...]) -> bool:
    """Whether a table has what was to be committed: its snapshots, which tell of the rest, too; else each update.

    A snapshot's id is ours alone. Others may have made another update as well: then, too, all is as it was to be.
    """
    added = _added(updates)
    if added:
        return all(_has(table, snapshot) for snapshot in added)
    return all(_holds(table, update) for update in updates)


def _holds(table: Table, update: TableUpdate) -> bool:
    metadata = table.metadata
    match update:
        case SetSnapshotRefUpdate(ref_name=name):
            return name in metadata.refs and metadata.refs[name].snapshot_id == update.snapshot_id
        case RemoveSnapshotRefUpdate(ref_name=name):
            return name not in metadata.refs
        case RemoveSnapshotsUpdate(snapshot_ids=gone):
            return not any(metadata.snapshot_by_id(snapshot_id) for snapshot_id in gone)
        case SetPropertiesUpdate(updates=wanted):
            return wanted.items() <= metadata.properties.items()
        case RemovePropertiesUpdate(removals=gone):
            return metadata.properties.keys().isdisjoint(gone)
    return False


def _has(table: Table, ours: Snapshot) -> bool:
    """Whether a table has a snapshot, or later ones have files of it: others may have expired it since."""
    if table.metadata.snapshot_by_id(ours.snapshot_id) is not None:
        return True
    later = (s for s in table.metadata.snapshots if (s.sequence_number or 0) >= (ours.sequence_number or 0))
    manifests = {manifest.manifest_path: manifest for snapshot in later for manifest in snapshot.manifests(table.io)}
    return any(
        entry.snapshot_id == ours.snapshot_id
        for manifest in manifests.values()
        for entry in manifest.fetch_manifest_entry(table.io)
    )

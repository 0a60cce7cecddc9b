"""Branches on which an engine stages files before they are published, and cleanup of those that killed runs left."""

import re
import uuid

from pyiceberg.table import Table
from pyiceberg.table.refs import SnapshotRefType

from engines.errors import Conflict
from engines.iceberg.catalog import Tables, catalog_errors

_STAGING = re.compile(r"k2_(\d+)_[0-9a-f]{32}")


def staging_branch(table: Table, run_id: str) -> str:
    """The name of a run's staging branch; it contains the head of the table at which the run began."""
    return f"k2_{head_id(table)}_{uuid.uuid5(uuid.NAMESPACE_OID, run_id).hex}"


def is_staging(branch: str) -> bool:
    """Whether a branch is a run's staging branch; the whole name is matched, since users' names may begin with k2_."""
    return _STAGING.fullmatch(branch) is not None


def stale_branches(table: Table, *, older_than: int | None = None) -> list[str]:
    """Staging branches of runs that can no longer publish, because the table's head is not the one they began at.

    Args:
        table: The table in its current state.
        older_than: Include branches at the current head, too, if their snapshot was committed before this instant
            (microseconds): no run works on one table for so long.
    """
    found = []
    for name, ref in table.metadata.refs.items():
        began = _STAGING.fullmatch(name)
        if began is None or ref.snapshot_ref_type is not SnapshotRefType.BRANCH:
            continue
        snapshot = table.metadata.snapshot_by_id(ref.snapshot_id)
        old = older_than is not None and snapshot is not None and snapshot.timestamp_ms * 1000 < older_than
        if old or int(began[1]) != head_id(table):
            found.append(name)
    return found


def drop_stale_branches(tables: Tables, name: str, *, older_than: int | None = None) -> int:
    """Drop the branches that `stale_branches` finds; a run that still works on one has to start again.

    Returns:
        The number of stale branches.
    """
    table = tables.find(name)
    stale = [] if table is None else stale_branches(table, older_than=older_than)
    for branch in stale:
        drop_branch(tables, name, branch)
    return len(stale)


def drop_branch(tables: Tables, name: str, branch: str) -> None:
    """Drop a branch, if it exists.

    Raises:
        Conflict: The catalog is locked, or the table was changed at the same time.
    """
    table = tables.find(name)
    if table is None or branch not in table.metadata.refs:
        return
    with catalog_errors(f"drop branch {branch} of {name}"):
        try:
            table.manage_snapshots().remove_branch(branch).commit()
        except ValueError as error:
            # PyIceberg 0.12 has no specific error for a branch that does not exist (any more).
            raise Conflict(f"drop branch {branch} of {name}: {error}"[:300], hint="run the command again") from error


def begin(table: Table) -> Table:
    """Commit an empty snapshot to an empty table, from which a branch can start.

    PyIceberg 0.12 gives the first snapshot on main the sequence number 1, even if a branch already has snapshots, and
    nobody could read the table then. So a table gets branches only after its main branch has a snapshot.

    Raises:
        Conflict: Somebody else committed first.
    """
    # Set in this handle's memory only: a retry by PyIceberg would drop the assertion that the table is empty.
    table.metadata.properties["commit.retry.num-retries"] = "0"
    what = f"begin {'.'.join(table.name())}"
    with catalog_errors(what), table.transaction() as change, change.update_snapshot().fast_append():
        pass
    return table


def head_id(table: Table) -> int:
    """The id of the current snapshot; 0 if the table is empty."""
    snapshot = table.current_snapshot()
    return 0 if snapshot is None else snapshot.snapshot_id

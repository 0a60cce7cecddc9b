"""Commits whose answer is lost: the table itself is asked what became of them."""

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from engines.errors import CommitStateUnknown, Conflict, K2Error, Unavailable
from engines.iceberg.catalog import Tables
from engines.iceberg.state import committed_by


def landed(tables: Tables, name: str, run_id: str, error: Conflict | Unavailable | CommitStateUnknown) -> Snapshot:
    """The snapshot of a run, if it was committed although the answer to the commit was lost; else raise the error.

    Args:
        tables: Loads the table again.
        name: Full name of the table.
        run_id: The run, as the summary of its snapshot names it.
        error: What the commit ended with.

    Raises:
        CommitStateUnknown: The table cannot be read, either. No file may be deleted, since the snapshot may need it.
    """
    table = asked_again(tables, name, error)
    snapshot = None if table is None else committed_by(table, run_id)
    if snapshot is None:
        raise error
    return snapshot


def asked_again(tables: Tables, name: str, error: Conflict | Unavailable | CommitStateUnknown) -> Table | None:
    """The table as it is after a commit that ended with an error; None if it is gone.

    Raises:
        CommitStateUnknown: It cannot be read, either.
    """
    try:
        return tables.find(name)
    except (Conflict, Unavailable) as again:
        raise CommitStateUnknown(
            f"commit to {name}: sent, but neither its answer nor the table can be read ({again.message})",
            hint="run the command again: it will find out by itself",
        ) from error


def surely_failed(error: K2Error) -> bool:
    """Whether an error of a commit says that the table does not have it and never will (see `verdict`)."""
    return isinstance(error.__cause__, (CommitFailedException, ValidationException))

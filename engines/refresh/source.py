"""The source of a run: the table of trades, pinned at one snapshot."""

from dataclasses import replace
from functools import cached_property

from pyiceberg.table.snapshots import Snapshot

from engines.domain.abilities import Abilities
from engines.domain.caveats import caveats_of
from engines.domain.changes import FileSpan
from engines.domain.decimals import Scale
from engines.domain.plan import TablePlan
from engines.domain.reading import Reading
from engines.domain.watermark import Watermark, algebra
from engines.iceberg.abilities import refuse_unable
from engines.iceberg.catalog import Tables, catalog_errors
from engines.iceberg.source import check_source, reading_of
from engines.iceberg.state import ancestry
from engines.work import TradeRows, trade_rows


class Source:
    """The table of trades, pinned at the snapshot that is its head when the object is created.

    Args:
        tables: Opens the source table.
        scale: Scale of the candles that are made from the trades.
        abilities: What the engine can read.

    Attributes:
        table: The PyIceberg table.
        head: The pinned snapshot; None if the table is empty.
        identity: What its trades are told apart by.
        mapping: Which of its columns are those of a trade.
        abilities: What the engine can read.
        caveats: What it leaves to be taken for granted.
        scale: Scale of the candles.

    Raises:
        TableMissing: The source table does not exist.
        UsageError: The source table cannot be read as trades, or not by this engine.
    """

    def __init__(self, tables: Tables, scale: Scale, abilities: Abilities) -> None:
        self.table = tables.source()
        self.mapping = tables.trades.mapping
        self.scale = scale
        self.abilities = abilities
        reading = check_source(self.table, self.mapping, scale)
        self.caveats = caveats_of(reading)
        self.identity = tables.identity(self.table)
        self.head: Snapshot | None = self.table.current_snapshot()
        with catalog_errors(f"manifests of {tables.names.source}"):
            refuse_unable(self.table, self.head, reading, abilities)

    @cached_property
    def rows(self) -> TradeRows | None:
        """The rows at the head; None if the table is empty.

        Raises:
            UsageError: The times of the files are not all in one unit, or a file is not one that the engine reads.
        """
        if self.head is None:
            return None
        return trade_rows(self.table, self.head, self.identity, self.mapping, self.scale, abilities=self.abilities)

    @property
    def files(self) -> tuple[FileSpan, ...]:
        """The live data files at the head, with their event times; raises as `rows`."""
        return () if self.rows is None else self.rows.files

    @cached_property
    def reading(self) -> Reading:
        """How trades are read from the table; raises as `rows`."""
        if self.rows is None or not self.files:
            return reading_of(self.table, self.mapping, self.scale)
        return self.rows.reading

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
            columns=replace(self.reading, exact_words=plan.exact_words).record,
        )

    def rows_of(self, plan: TablePlan) -> TradeRows | None:
        """The rows at the head, with sides read as the plan says; None if the table is empty."""
        rows = self.rows
        return rows and replace(rows, reading=replace(rows.reading, exact_words=plan.exact_words))

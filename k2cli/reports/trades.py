"""The reports of `trades import`, `trades generate` and `trades compact`."""

from dataclasses import dataclass
from datetime import datetime

from engines.domain.upkeep import UpkeepStatus
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """A trade file that was given, or a member of an archive that has several.

    Attributes:
        file: Path of the file as it was given; for such a member ``path!member``.
        rows: Number of rows read.
        rejected: Number of rows rejected.
        layout: Layout of the file.
        unit: Unit of its timestamps, as detected: s, ms, us, ns, or text; empty if it has none.
        header: Whether it has a header.
        exchange: The exchange of its rows; None where the rows name it.
        symbol: The symbol of its rows; None where the rows name it.
        newest_first: Whether its rows run from the newest to the oldest.
        times_without_zone: Whether times are written without a zone, and so were taken for UTC.
        sides_unknown: Number of its trades whose side it should tell, and does not.
        rounded: Number of its trades whose quantity, in the quote currency, was divided by the price and rounded.
        doubles: Number of its prices and quantities that are doubles, each read as the decimal that it was printed as.
        note: Why there are no rows from it, or what of it was not read; empty if all was.
    """

    file: str
    rows: int = 0
    rejected: int = 0
    layout: str = ""
    unit: str = ""
    header: bool = False
    exchange: str | None = None
    symbol: str | None = None
    newest_first: bool = False
    times_without_zone: bool = False
    sides_unknown: int = 0
    rounded: int = 0
    doubles: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport(Report):
    """The result of importing trade files.

    Attributes:
        table: Name of the source table.
        created: Names of the tables that the import created.
        files: The files that were given.
        price_shift: Each price of the files was multiplied by 10^price_shift.
        quantity_shift: Each quantity of the files was multiplied by 10^quantity_shift.
        rows_read: Number of rows in all files.
        imported: Number of trades appended to the source table.
        rejected: Number of rejected rows, by reason.
        left_out: Number of rejected rows that may well be trades, and were left out all the same (``--allow-rejects``).
        rejects_file: Path of the file that lists the rejected rows; None when there are none.
        first: Earliest event time of the imported trades.
        last: Latest event time of the imported trades.
        snapshot_id: The snapshot that the import committed; None when nothing was imported.
        bytes_written: Size of the data files written.
    """

    command = "trades import"

    table: str
    created: tuple[str, ...] = ()
    files: tuple[ImportedFile, ...]
    price_shift: int = 0
    quantity_shift: int = 0
    rows_read: int
    imported: int
    rejected: dict[str, int]
    left_out: int = 0
    rejects_file: str | None
    first: datetime | None
    last: datetime | None
    snapshot_id: int | None
    bytes_written: int

    def __post_init__(self) -> None:
        """Refuse a report that does not account for each row."""
        if self.rows_read != self.imported + sum(self.rejected.values()):
            raise ValueError(f"{self.rows_read} rows read, {self.imported} imported, rejected: {self.rejected}")

    @property
    def tells_of_work(self) -> bool:
        """Always true: the report confirms work done."""
        return True

    @property
    def rows(self) -> tuple[ImportedFile, ...]:
        """One row per file."""
        return self.files


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateReport(Report):
    """Synthetic trades that were appended to the source table; the same seed makes the same trades."""

    command = "trades generate"

    table: str
    trades: int
    seed: int
    first: datetime | None
    last: datetime | None
    snapshot_id: int | None
    bytes_written: int

    @property
    def tells_of_work(self) -> bool:
        """Always true: the report confirms work done."""
        return True

    @property
    def rows(self) -> tuple["GenerateReport", ...]:
        """The report itself as the only row."""
        return (self,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactTradesReport(Report):
    """The result of merging files of trades; `engines.domain.orders.Merge` explains the fields."""

    command = "trades compact"

    table: str
    status: UpkeepStatus
    rows_before: int
    copies_dropped: int
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    bytes_written: int
    snapshot_id: int | None

    @property
    def tells_of_work(self) -> bool:
        """Always true: the report confirms work done."""
        return True

    @property
    def rows(self) -> tuple["CompactTradesReport", ...]:
        """The report itself as the only row."""
        return (self,)

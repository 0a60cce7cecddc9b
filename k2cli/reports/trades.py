"""The reports of `trades import` and `trades generate`."""

from dataclasses import dataclass
from datetime import datetime

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """A trade file that was read.

    Attributes:
        file: Path of the file as it was given.
        rows: Number of rows read.
        rejected: Number of rows rejected.
        layout: Layout of the file; several are joined by ``+`` for the members of an archive.
        unit: Unit of its timestamps, as detected; several are joined by ``+``.
        header: Whether it has a header.
    """

    file: str
    rows: int
    rejected: int
    layout: str
    unit: str
    header: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport(Report):
    """The result of importing trade files.

    Attributes:
        table: Name of the source table.
        created: Names of the tables that the import created.
        files: The files that were read.
        price_shift: Each price of the files was multiplied by 10^price_shift.
        quantity_shift: Each quantity of the files was multiplied by 10^quantity_shift.
        rows_read: Number of rows in all files.
        imported: Number of trades appended to the source table.
        rejected: Number of rejected rows, by reason.
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
    rejects_file: str | None
    first: datetime | None
    last: datetime | None
    snapshot_id: int | None
    bytes_written: int

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

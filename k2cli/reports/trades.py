"""Trades on their way into the source."""

from dataclasses import dataclass
from datetime import datetime

from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """A trade file that was read.

    Attributes:
        file: As it was named.
        rows: Rows read.
        rejected: Rows left out.
        layout: Its layout.
        unit: Unit of its times, as detected.
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
    """An import.

    Attributes:
        table: The source table.
        created: Tables that were made for it.
        files: What was read.
        price_shift: Each price of the files was multiplied by 10^price_shift.
        quantity_shift: The same for quantities.
        rows_read: Rows in all files.
        imported: Trades added.
        rejected: Rows left out, by reason.
        rejects_file: Where they are listed; None when there are none.
        first: Earliest event time added.
        last: Latest.
        snapshot_id: The snapshot that was made; None when nothing was added.
        bytes_written: Size of the data files made.
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
        """Whether something was done: always."""
        return True

    @property
    def rows(self) -> tuple[ImportedFile, ...]:
        """A row a file."""
        return self.files


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateReport(Report):
    """Synthetic trades that were added to the source; the same seed makes the same trades."""

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
        """Whether something was done: always."""
        return True

    @property
    def rows(self) -> tuple["GenerateReport", ...]:
        """One row."""
        return (self,)

"""The report of `export`."""

from dataclasses import dataclass
from datetime import datetime

from engines.domain.timeframe import Timeframe
from engines.errors import Failure
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file of an export.

    Attributes:
        path: The file.
        exchange: Whose candles it holds; None if they are of several series, or none.
        symbol: The same.
        rows: Number of candles.
        bytes: Its size.
        first: Start of the first window; None if there are no candles.
        last: Start of the last window.
    """

    path: str
    exchange: str | None
    symbol: str | None
    rows: int
    bytes: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport(Report):
    """What was written.

    Attributes:
        table: Full name of the table; empty if the candles are merged from others.
        timeframe: Which windows the candles have.
        merged_from: Timeframes of the tables that they are merged from.
        snapshot_id: Snapshot of the table whose candles these are; None if the table had none, or changed just then.
        path: The file or folder; ``-``: standard output.
        format: Format of the files.
        target: The program that they are for; None: whatever reads the format.
        candles: Number of candles.
        series: Number of series.
        bytes: Size of all files.
        first: Start of the first window; None if there are no candles.
        last: Start of the last window.
        files: The files, in the order of the series.
        usage: Code that reads them in the program that they are for; empty if they are for none.
        notes: What to know about the candles.
        warning: Why there are none, and what to do; None if there are some, or if having none is allowed.
    """

    command = "ohlcv export"

    table: str
    timeframe: str
    snapshot_id: int | None
    path: str
    format: str
    target: str | None
    candles: int
    series: int
    bytes: int
    first: datetime | None
    last: datetime | None
    files: tuple[ExportedFile, ...]
    usage: str = ""
    merged_from: tuple[Timeframe, ...] = ()
    notes: tuple[Failure, ...] = ()
    warning: Failure | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The notes and the warning."""
        return self.notes if self.warning is None else (*self.notes, self.warning)

    @property
    def tells_of_work(self) -> bool:
        """It confirms what stands in the files."""
        return True

    @property
    def on_stdout(self) -> bool:
        """Whether the candles themselves went to standard output."""
        return self.path == "-"

    @property
    def rows(self) -> tuple[ExportedFile, ...]:
        """One row per file."""
        return self.files

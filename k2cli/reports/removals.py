"""The reports of commands that take trades out of the table of trades."""

from dataclasses import dataclass
from datetime import datetime

from engines.domain.timeframe import Timeframe
from engines.domain.upkeep import UpkeepStatus
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedCandles:
    """Candles that trades going were in: their number, and how many of them are frozen, so that they stay."""

    timeframe: Timeframe
    candles: int
    frozen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReport(Report):
    """What goes from the table of trades, or would go.

    Attributes:
        dry_run: Whether nothing was done, so that the report tells what would be done.
        table: Name of the source table.
        status: done, planned, or nothing.
        trades: Number of rows that go, copies included.
        held: Number of rows that the table had before.
        first: Earliest event time of these trades.
        last: Latest event time of these trades.
        touched: Their candles, which follow at the next aggregate.
        files_dropped: Number of data files that go whole.
        files_rewritten: Number of data files of which a part goes.
        bytes_written: Size of the data files written.
        snapshot_id: The snapshot that carried it out; None if there is none.
    """

    dry_run: bool
    table: str
    status: UpkeepStatus
    trades: int
    held: int
    first: datetime | None
    last: datetime | None
    touched: tuple[TouchedCandles, ...]
    files_dropped: int
    files_rewritten: int
    bytes_written: int
    snapshot_id: int | None

    @property
    def tells_of_work(self) -> bool:
        """Whether the run removed trades; a plan is an answer."""
        return not self.dry_run

    @property
    def rows(self) -> tuple["RemovalReport", ...]:
        """The report itself as the only row."""
        return (self,)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport(RemovalReport):
    """The result of taking an import back; `import_id` is the run that imported."""

    command = "trades undo"

    import_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteReport(RemovalReport):
    """The result of taking trades of a series out, or the plan of it.

    Attributes:
        exchange: The exchange.
        symbol: The symbol.
        whole_series: Whether all trades of the series were asked for.
    """

    command = "trades delete"

    exchange: str
    symbol: str
    whole_series: bool

    @property
    def excessive(self) -> int:
        """Number of the trades, if they are a whole series or more than half of the table."""
        return self.trades if self.whole_series or 2 * self.trades > self.held else 0

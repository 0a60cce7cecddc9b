"""The report of `k2 quickstart`."""

from dataclasses import dataclass

from engines.domain.results import Status
from engines.domain.timeframe import Timeframe
from k2cli.reports.base import Report
from k2cli.reports.chart import ChartCandle


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One candle table in one of the quickstart's `aggregate` runs."""

    step: str
    table: str
    timeframe: Timeframe
    status: Status
    windows: int
    candles_written: int
    trades_read: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickstartReport(Report):
    """The throw-away warehouse that the quickstart filled.

    Attributes:
        folder: Folder of the warehouse.
        config: Path of its settings file.
        trades: Number of trades in the first delivery.
        late: Number of trades in the second, late delivery.
        steps: Results of the three runs: the first build, the windows of the late trades, nothing new.
        candles_checked: Number of candles that were compared with their recomputation from the trades.
        candles_broken: Number of broken rows that the validation found.
        chart_title: Title of the chart.
        chart: Candles of the chart.
        page: The page that shows them.
        next: Commands to try next.
    """

    command = "quickstart"

    folder: str
    config: str
    trades: int
    late: int
    steps: tuple[Step, ...]
    candles_checked: int
    candles_broken: int
    chart_title: str
    chart: tuple[ChartCandle, ...]
    page: str
    next: tuple[str, ...]

    @property
    def rows(self) -> tuple[Step, ...]:
        """One row per run and table."""
        return self.steps

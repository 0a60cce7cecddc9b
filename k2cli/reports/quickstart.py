"""What `k2 quickstart` did and shows."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engines.domain.results import Status
from engines.domain.timeframe import Timeframe
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One run of the quickstart's `aggregate`, per table."""

    step: str
    table: str
    timeframe: Timeframe
    status: Status
    windows: int
    candles_written: int
    trades_read: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartCandle:
    """A candle of the chart."""

    window_start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickstartReport(Report):
    """A throw-away warehouse, filled.

    Attributes:
        folder: Where it is.
        config: Its settings file.
        trades: Trades of the first delivery.
        late: Trades of the second, late one.
        steps: What the runs did: all, the late trades' windows, nothing.
        candles_checked: Candles that were held against their recomputation from the trades.
        candles_broken: Those of them that differ.
        chart_title: What the chart shows.
        chart: Its candles.
        next: Commands to try.
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
    next: tuple[str, ...]

    @property
    def rows(self) -> tuple[Step, ...]:
        """A row a run and table."""
        return self.steps

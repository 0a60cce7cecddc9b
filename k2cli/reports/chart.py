"""The report of `chart`: the candles of one series."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engines.domain.timeframe import Timeframe
from engines.errors import Failure
from k2cli.reports.base import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartCandle:
    """A candle shown in a chart.

    Attributes:
        window_start: Start of its window.
        window_end: End of its window, exclusive.
        open: Price of the first trade.
        high: Highest price.
        low: Lowest price.
        close: Price of the last trade.
        volume: Sum of the quantities.
    """

    window_start: datetime
    window_end: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    @classmethod
    def of(cls, row: "dict[str, object]") -> "ChartCandle":
        """The part of a row of a candle table that a chart shows."""
        shown = ("window_start", "window_end", "open_price", "high_price", "low_price", "close_price", "volume")
        return cls(**{name.removesuffix("_price"): row[name] for name in shown})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage:
    """A page that was written.

    Attributes:
        path: The file.
        candles: Number of candles in it.
        bytes: Size of the file.
    """

    path: str
    candles: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartReport(Report):
    """Candles of one series, to be drawn, or the page that shows them.

    Attributes:
        table: Full name of the table; empty if they are merged from others.
        timeframe: Which windows they have.
        merged_from: Timeframes of the tables that they are merged from.
        exchange: Exchange of the series; empty if there are no candles.
        symbol: Symbol of the series; empty if there are no candles.
        snapshot_id: Snapshot of the table that the candles are from; None if it is not known.
        page: The page, if one was written; the report has no candles then.
        newest: Whether nobody asked for certain candles, so that the newest for which there is room will do.
        ascii: Whether to draw with plain characters wherever it is.
        candles: The candles; their key in JSON is ``rows``.
        notes: What to know about the candles.
        warning: Why there are none, and what to do; None if there are some, or if having none is allowed.
    """

    command = "ohlcv chart"

    table: str
    timeframe: str
    exchange: str
    symbol: str
    snapshot_id: int | None
    page: ChartPage | None = None
    newest: bool = False
    ascii: bool = False
    candles: Iterable[dict[str, object]]
    merged_from: tuple[Timeframe, ...] = ()
    notes: tuple[Failure, ...] = ()
    warning: Failure | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The notes and the warning."""
        return self.notes if self.warning is None else (*self.notes, self.warning)

    @property
    def rows(self) -> Iterable[object]:
        """One row per candle, or the page."""
        return self.candles if self.page is None else (self.page,)

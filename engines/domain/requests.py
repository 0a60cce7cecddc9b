"""Configuration of an engine, requests for its operations, and the observer of their progress."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from engines.domain.decimals import Scale
from engines.domain.identity import Identity
from engines.domain.interval import BEGINNING, END, Interval, Intervals
from engines.domain.invariants import TOLD
from engines.domain.limits import Limits
from engines.domain.losses import REMOVED_LIMIT, RemovedTrades
from engines.domain.mapping import SourceMapping
from engines.domain.tables import TRADES_READ, Column, TableNames
from engines.domain.timeframe import Timeframe
from engines.domain.window import Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogConfig:
    """Configuration of the catalog that contains the tables.

    Attributes:
        name: Name of the catalog, the same for every engine.
        properties: PyIceberg's properties: type, uri, warehouse, s3.* …
    """

    name: str
    properties: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradesConfig:
    """How the source table is read as trades.

    Attributes:
        identity: What a trade is told apart by; None: what the table records, and `Identity.ID_TIME` if it records
            nothing. Tables that are created record it, `Identity.ID` if it is None.
        mapping: Which columns of the table are those of a trade.
    """

    identity: Identity | None = None
    mapping: SourceMapping = field(default_factory=SourceMapping)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Configuration that an engine is opened with.

    Attributes:
        catalog: The catalog that contains the tables.
        names: Names of the tables.
        trades: How the source table is read.
        scale: Scale that tables are made with, and that those must have which exist; None: the scale of these, and 8
            decimal places if there are none.
        version: Version of the program, written to snapshot summaries.
        attempts: How often a run is tried, the first time included, before it gives up on a conflict.
        options: Options of the chosen engine by name, see `engines.base.Options`.
        limits: Numbers of rows that are held in memory at once.
    """

    catalog: CatalogConfig
    names: TableNames = field(default_factory=TableNames)
    trades: TradesConfig = field(default_factory=TradesConfig)
    scale: Scale | None = None
    version: str = ""
    attempts: int = 8
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    limits: Limits = field(default_factory=Limits)


class OthersChanges(StrEnum):
    """What to do where others have changed candles.

    HEAL: Make them again from the trades.
    REFUSE: Stop.
    """

    HEAL = "heal"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """The request for a run of `aggregate`.

    Attributes:
        timeframes: Timeframes of the tables to bring up to date; they are processed finest first.
        now: The run's clock, microseconds since the epoch: decides which windows are closed, and is written to candles.
        run_id: Id of the run, written to the summaries of its snapshots.
        grace: Microseconds after its end before a window counts as closed.
        start: Recompute from this instant on, even if nothing changed.
        end: Recompute up to this instant, even if nothing changed.
        lookback: Recompute the last so many microseconds, even if nothing changed.
        rebuild: Recompute everything that is not frozen.
        lift: Recompute everything for which there are trades, frozen or not: the fence goes back to where these begin.
        include_open: Publish open windows, too; every such run recomputes them.
        incremental_only: Refuse a full rebuild.
        dry_run: Only plan, change nothing.
        removed: What to do if trades were removed from the source.
        removed_limit: Number of candles per table that `RemovedTrades.ASK` removes without asking.
        trades_retention: Microseconds after which the source drops trades; older candles are frozen.
        others: What to do where others have changed candles.
    """

    timeframes: tuple[Timeframe, ...]
    now: int
    run_id: str
    grace: int = 0
    start: int | None = None
    end: int | None = None
    lookback: int | None = None
    rebuild: bool = False
    lift: bool = False
    include_open: bool = False
    incremental_only: bool = False
    dry_run: bool = False
    removed: RemovedTrades = RemovedTrades.ASK
    removed_limit: int = REMOVED_LIMIT
    trades_retention: int | None = None
    others: OthersChanges = OthersChanges.HEAL

    @property
    def asked(self) -> Intervals:
        """The times to recompute on demand: from start, end and lookback."""
        ranges = []
        if self.start is not None or self.end is not None:
            ranges.append((BEGINNING if self.start is None else self.start, END if self.end is None else self.end))
        if self.lookback is not None:
            ranges.append((self.now - self.lookback, self.now))
        return Intervals.of(ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRequest:
    """The request for a run of `validate`.

    Attributes:
        timeframes: Timeframes of the tables to check.
        now: The run's clock, microseconds, to compute the lag.
        start: Only windows that start at or after this instant.
        end: Only windows that start before this instant.
        against_trades: Compare the candles with those recomputed from the trades of the recorded source snapshot.
        deep: Check all bytes of every data file.
        max_lag: Microseconds that a table may be behind, by timeframe; without an entry, the lag is not checked.
    """

    timeframes: tuple[Timeframe, ...]
    now: int
    start: int | None = None
    end: int | None = None
    against_trades: bool = False
    deep: bool = False
    max_lag: Mapping[Timeframe, int] = field(default_factory=dict)

    @property
    def range(self) -> Intervals:
        """The times to check: from start to end."""
        return Intervals.of([(BEGINNING if self.start is None else self.start, END if self.end is None else self.end)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The part of a query that candles and trades have in common.

    Attributes:
        exchange: Only this exchange.
        symbol: Only this symbol.
        start: Only trades, or windows that start, at or after this instant.
        end: Only trades, or windows that start, before this instant.
    """

    exchange: str | None = None
    symbol: str | None = None
    start: int | None = None
    end: int | None = None

    @property
    def bounded(self) -> bool:
        """Whether the query is limited in time."""
        return self.start is not None or self.end is not None

    @property
    def span(self) -> Interval:
        """The time span of the query."""
        return Interval(BEGINNING if self.start is None else self.start, END if self.end is None else self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleQuery(Query):
    """A query for candles.

    Attributes:
        timeframe: Timeframe of the table to read.
        limit: Return at most this many rows, those of the newest windows.
        by_time: Sort by window_start first, then by exchange and symbol. However many rows there are, each file is read
            once then; in the table's order, once for each group of series that fit into memory.
    """

    timeframe: Timeframe
    limit: int | None = None
    by_time: bool = False


class Fill(StrEnum):
    """What stands for a window in which a series has no trades.

    NONE: No row.
    NULL: A row whose measures are null.
    PREVIOUS: A row whose prices are the last close, and whose sums are zero.
    ZERO: A row whose measures are zero.
    """

    NONE = "none"
    NULL = "null"
    PREVIOUS = "previous"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowQuery(Query):
    """A query for candles of any windows, merged from those that are stored.

    Attributes:
        windows: How time is cut.
        limit: Return at most this many rows, those of the newest windows; if gaps are filled, as many of each series.
        by_time: Sort by window_start first, as in `CandleQuery`; not if gaps are filled.
        fill: What stands for windows without trades, from each series' first candle to the last window that is over.
    """

    windows: Windows
    limit: int | None = None
    by_time: bool = False
    fill: Fill = Fill.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeQuery(Query):
    """A query for trades.

    Attributes:
        told: Whether to read the columns of `invariants.TOLD`, too: what is odd about each trade.
    """

    told: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns to read."""
        return (*TRADES_READ, *TOLD) if self.told else TRADES_READ


class Observer(Protocol):
    """Receives the progress of a run. Its methods are called often; they must be cheap and must not raise."""

    def started(self, table: str, total_rows: int) -> None:
        """Work on a table begins; total_rows is the number of rows to be read, from metadata."""

    def advanced(self, table: str, rows: int) -> None:
        """Another `rows` rows were read."""

    def finished(self, table: str) -> None:
        """Work on a table has ended, successfully or not."""

    def said(self, message: str) -> None:
        """A message for the user, for example about a retry after a conflict or a full rebuild."""


class Silence:
    """An observer that ignores everything."""

    def started(self, table: str, total_rows: int) -> None:
        """Do nothing."""

    def advanced(self, table: str, rows: int) -> None:
        """Do nothing."""

    def finished(self, table: str) -> None:
        """Do nothing."""

    def said(self, message: str) -> None:
        """Do nothing."""

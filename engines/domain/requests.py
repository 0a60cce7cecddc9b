"""What is asked of an engine: its configuration, a refresh, a query, and who listens meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engines.domain.changes import RemovedTrades
from engines.domain.interval import BEGINNING, END, Interval, Intervals
from engines.domain.limits import Limits
from engines.domain.tables import TableNames
from engines.domain.timeframe import Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogConfig:
    """Where the tables are kept.

    Attributes:
        name: Name of the catalog, the same for every engine.
        properties: PyIceberg's properties: type, uri, warehouse, s3.* …
    """

    name: str
    properties: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """What an engine is opened with.

    Attributes:
        catalog: Where the tables are.
        names: What they are called.
        version: Version of the program, written into snapshot summaries.
        attempts: How often a run starts again after a conflict before it gives up.
        options: What only some engines understand, by name; others leave it alone.
        limits: How much is held in memory at once.
    """

    catalog: CatalogConfig
    names: TableNames = field(default_factory=TableNames)
    version: str = ""
    attempts: int = 8
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """One run of `aggregate`.

    Attributes:
        timeframes: The tables to bring up to date; they are done finest first.
        now: The run's clock, microseconds since the epoch. Decides which windows are closed; stamps candles.
        run_id: Identity of the run, written into the snapshots it makes.
        grace: Microseconds after its end before a window counts as closed.
        start: Recompute from this instant on, although nothing changed there.
        end: Recompute up to this instant.
        lookback: Recompute the last so many microseconds, although nothing changed there.
        rebuild: Recompute everything that is not frozen.
        include_open: Publish windows that are not closed too; they are made anew by every such run.
        incremental_only: Refuse a full rebuild.
        dry_run: Plan, and do nothing.
        removed: What to do where trades have gone from the source.
        trades_retention: Microseconds after which the source drops trades; what is older is frozen.
    """

    timeframes: tuple[Timeframe, ...]
    now: int
    run_id: str
    grace: int = 0
    start: int | None = None
    end: int | None = None
    lookback: int | None = None
    rebuild: bool = False
    include_open: bool = False
    incremental_only: bool = False
    dry_run: bool = False
    removed: RemovedTrades = RemovedTrades.REFUSE
    trades_retention: int | None = None

    @property
    def asked(self) -> Intervals:
        """The times to be recomputed on demand."""
        ranges = []
        if self.start is not None or self.end is not None:
            ranges.append((BEGINNING if self.start is None else self.start, END if self.end is None else self.end))
        if self.lookback is not None:
            ranges.append((self.now - self.lookback, self.now))
        return Intervals.of(ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRequest:
    """One run of `validate`.

    Attributes:
        timeframes: The tables.
        now: The run's clock, for the lag.
        start: Only windows that start at or after this instant.
        end: Only windows that start before this instant.
        against_trades: Recompute the candles from the trades of the recorded snapshot.
        deep: Read every data file's bytes.
        max_lag: Microseconds a table may be behind, by timeframe; a table without one may be late.
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
        """The times to look at."""
        return Intervals.of([(BEGINNING if self.start is None else self.start, END if self.end is None else self.end)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which rows to read, of either kind of table.

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
        """Whether only rows of some time are asked for."""
        return self.start is not None or self.end is not None

    @property
    def span(self) -> Interval:
        """The time asked for."""
        return Interval(BEGINNING if self.start is None else self.start, END if self.end is None else self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleQuery(Query):
    """Which candles to read.

    Attributes:
        timeframe: The table.
        limit: At most this many rows, the newest windows.
    """

    timeframe: Timeframe
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeQuery(Query):
    """Which trades to read."""


class Observer(Protocol):
    """Hears how far a run is. Called often; must be cheap and must not raise."""

    def started(self, table: str, total_rows: int) -> None:
        """Work on a table begins; total_rows is the number of rows it will read, from metadata."""

    def advanced(self, table: str, rows: int) -> None:
        """That many more rows were read."""

    def finished(self, table: str) -> None:
        """Work on a table has ended, well or not."""

    def said(self, message: str) -> None:
        """A sentence for people: a conflict that is retried, a full rebuild."""


class Silence:
    """The observer that hears nothing."""

    def started(self, table: str, total_rows: int) -> None:
        """Nothing."""

    def advanced(self, table: str, rows: int) -> None:
        """Nothing."""

    def finished(self, table: str) -> None:
        """Nothing."""

    def said(self, message: str) -> None:
        """Nothing."""

"""The tables: the source table of trades, and one candle table (target) per timeframe; columns, names, partitioning."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engines.domain.decimals import Figure
from engines.domain.interval import Interval, Intervals
from engines.domain.timeframe import D1, DEFAULT_TIMEFRAMES, Timeframe
from engines.domain.window import month


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: The column's name.
        type: Iceberg type by the specification's name, such as ``long`` or ``list<string>``; of decimals what they are
            of, for their type follows from the scale of the table.
        required: Whether the column must not contain null.
    """

    name: str
    type: str | Figure
    required: bool = False


TRADES = (
    Column("message_id", "string", required=True),
    Column("trade_id", "string"),
    Column("symbol", "string", required=True),
    Column("exchange", "string", required=True),
    Column("asset_class", "string"),
    Column("timestamp", "long", required=True),
    Column("price", Figure.PRICE, required=True),
    Column("quantity", Figure.VOLUME, required=True),
    Column("currency", "string"),
    Column("side", "string"),
    Column("trade_conditions", "list<string>"),
    Column("source_sequence", "long"),
    Column("ingestion_timestamp", "long"),
    Column("platform_sequence", "long"),
    Column("vendor_data", "map<string, string>"),
    Column("exchange_date", "date", required=True),
    Column("exchange_hour", "int", required=True),
)


class TradesPartition(StrEnum):
    """Partitioning of a table of trades, chosen when the table is made: by day, by hour, or by month."""

    DAY = "day"
    HOUR = "hour"
    MONTH = "month"


TRADES_NEEDED = ("message_id", "symbol", "exchange", "timestamp", "price", "quantity")
"""Columns that a source table must have, whoever made it."""

AMOUNTS = ("price", "quantity")
"""Columns that hold decimals, of our types or of types that those hold."""

TRADES_USED = ("side", "source_sequence", "ingestion_timestamp", "platform_sequence")
"""Columns that are used if the source table has them; missing ones are read as null."""

TRADES_READ = tuple(
    Column(name, column.type) for name in (*TRADES_NEEDED, *TRADES_USED) for column in TRADES if column.name == name
)
"""The columns that are read from a source table, whoever made it: those that candles are made from. Any may be null."""

TABLE_PROPERTIES = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    "write.target-file-size-bytes": str(64 * 1024 * 1024),
    "write.distribution-mode": "hash",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "10",
    "commit.manifest-merge.enabled": "true",
}


@dataclass(frozen=True, slots=True)
class TableNames:
    """Names of the tables.

    Attributes:
        namespace: The Iceberg namespace of the tables.
        trades: Name of the source table; with a dot, its full name in a namespace of its own.
        candles: Prefix of the names of the candle tables; an underscore and the timeframe follow.
        timeframes: Timeframes that have a candle table, finest first.
    """

    namespace: str = "market_data"
    trades: str = "gold_crypto_trades"
    candles: str = "gold_ohlcv"
    timeframes: tuple[Timeframe, ...] = DEFAULT_TIMEFRAMES

    @property
    def source(self) -> str:
        """Full name of the source table."""
        return self.trades if "." in self.trades else f"{self.namespace}.{self.trades}"

    def target(self, timeframe: Timeframe) -> str:
        """Full name of the candle table of a timeframe."""
        return f"{self.namespace}.{self.candles}_{timeframe}"

    def coarser(self, timeframe: Timeframe) -> Timeframe | None:
        """The next coarser timeframe whose windows each consist of whole windows of this one; None if there is none."""
        duration = timeframe.duration
        return next((t for t in self.timeframes if t > timeframe and t.duration % duration == 0), None)


@dataclass(frozen=True, slots=True)
class Partitioning:
    """Partitioning of a candle table: by day of window_date, or by month for windows of a day or longer."""

    transform: str
    field: str
    source: str = "window_date"


def partitioning(timeframe: Timeframe) -> Partitioning:
    """The partitioning of the candle table of a timeframe."""
    if timeframe < D1:
        return Partitioning("day", "window_date_day")
    return Partitioning("month", "window_date_month")


def partition_units(timeframe: Timeframe, intervals: Intervals) -> list[Interval]:
    """The times of the partitions that the intervals touch, oldest first.

    The time of a partition is that of the windows that start in its day or month: a window of several days that reaches
    into the next month belongs to the month in which it starts.
    """
    if partitioning(timeframe).transform == "day":
        return intervals.windows(D1)
    units: list[Interval] = []
    for r in intervals:
        cursor = max(r.start, units[-1].end) if units else r.start
        while cursor < r.end:
            started = month(timeframe.floor(cursor))
            units.append(Interval(timeframe.ceil(started.start), timeframe.ceil(started.end)))
            cursor = units[-1].end
    return units


def units_at(timeframe: Timeframe, instants: Iterable[int]) -> Intervals:
    """The times of the partitions that contain the instants."""
    return Intervals.of(partition_units(timeframe, Intervals.of((instant, instant + 1) for instant in instants)))

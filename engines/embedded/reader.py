"""The interface that an embedded engine implements: reading trades and candles, as Arrow tables."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engines.base import EngineConfig
from engines.domain.interval import Intervals
from engines.domain.results import Rejected, rejections
from engines.work import Rows, TradeRows

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The result of a fold: sums of trades per series and minute, and facts about the trades.

    Attributes:
        sums: The sums of the distinct valid trades of each series and minute, in any order of rows: exchange, symbol
            (string), window_start (int64, microseconds), and the measures of `domain.candle.SUMS` by name, with the
            types that they have at the scale of the trades.
            quote_volume is null if the exact sum has more than 38 digits; the measures of one side are null if no trade
            has a side, and may be null where quote_volume is.
        trades_read: Number of rows read.
        duplicates: Number of duplicates that were left out.
        rejected: Number of invalid trades that were left out, by the first of `REJECTIONS` that applies.
        samples: Some of the invalid trades, at most `MOST_EXAMPLES`, with any columns that are worth showing.
        noted: Number of trades that count although something about them is worth a word, by what it is: the names of
            `domain.invariants.NOTED`, and ``side_unknown`` for a side that is neither buy nor sell.
    """

    sums: "pa.Table"
    trades_read: int
    duplicates: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    samples: "pa.Table | None" = None
    noted: Mapping[str, int] = field(default_factory=dict)


class Reader(ABC):
    """The part of an engine on which the rest of `engines.embedded` relies.

    Attributes:
        config: What the engine was opened with.
    """

    config: EngineConfig

    @abstractmethod
    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        """Compute the exact sums of the trades in intervals of whole minutes.

        The source table may be made by another program: columns of `TRADES_USED` may be missing, prices and quantities
        may have fewer decimal places than `trades.scale`, required columns may contain null. An invalid trade without a
        time is in no interval: it may be counted as rejected or not. The order of trades is (timestamp, source_sequence
        with null first, message_id). Of duplicates, which have equal `trades.identity.columns`, the valid one with the
        greatest (ingestion_timestamp, platform_sequence, timestamp, price, quantity, side, source_sequence) counts,
        with null as the least value.

        Args:
            trades: The rows of the source table; at least one file overlaps the intervals.
            intervals: Intervals of event times.

        Raises:
            Exception: Whatever a library raises over a file that it cannot read; see `Readable`, which translates it.
        """

    @abstractmethod
    def series(self, trades: TradeRows) -> "pa.Table":
        """The distinct (exchange, symbol) of the source, also those of invalid trades; rarely called."""

    @abstractmethod
    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> "pa.Table":
        """Read the rows of a table whose instants lie in the intervals, unchanged and in any order.

        Args:
            table: The rows of a candle table or of the source table; at least one file overlaps the intervals.
            column: The table's column of instants: ``window_start`` of candles (timestamps) or ``timestamp`` of trades
                (microseconds).
            intervals: Intervals of these instants; None for all rows, including those whose instant is null.
            columns: Names of columns; those that the table lacks are left out. None for all columns of the table,
                including those that are not ours.

        Raises:
            Exception: Whatever a library raises over a file that it cannot read; see `Readable`, which translates it.
        """


@dataclass(slots=True)
class TradesRead:
    """Facts about the trades of several folds, accumulated."""

    trades_read: int = 0
    duplicates: int = 0
    _rejected: Counter[str] = field(default_factory=Counter)
    _noted: Counter[str] = field(default_factory=Counter)

    def add(self, folded: Folded) -> None:
        """Add the facts of one fold."""
        self.trades_read += folded.trades_read
        self.duplicates += folded.duplicates
        self._rejected.update(folded.rejected)
        self._noted.update(folded.noted)

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """Number of invalid trades, by reason."""
        return rejections(self._rejected)

    @property
    def noted(self) -> tuple[Rejected, ...]:
        """Number of trades that count although something about them is worth a word, by what it is."""
        return rejections(+self._noted)

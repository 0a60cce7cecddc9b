"""What an embedded engine must bring: reading trades and candles. Arrow is the only table type that crosses."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engines.base import EngineConfig
from engines.domain.interval import Intervals
from engines.domain.results import Rejected, rejections
from engines.work import Rows

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What trades add up to.

    Attributes:
        sums: The distinct valid trades of each series and minute, in any order of rows: exchange, symbol (string),
            window_start (int64, microseconds), and the measures of `domain.candle.SUMS` by name and type. quote_volume
            is null where the exact sum has more than 38 digits, what is known of a side where no trade has one.
        trades_read: Rows that went in.
        duplicates: Copies that were left out.
        rejected: Invalid trades that were left out, by the first of `REJECTIONS` that applies.
        samples: Some of these, at most `MOST_EXAMPLES`, with whatever columns there are to show.
    """

    sums: "pa.Table"
    trades_read: int
    duplicates: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    samples: "pa.Table | None" = None


class Reader(ABC):
    """As much of an engine as the rest of `engines.embedded` needs.

    Attributes:
        config: What the engine was opened with.
    """

    config: EngineConfig

    @abstractmethod
    def fold(self, trades: Rows, intervals: Intervals) -> Folded:
        """The exact sums of the trades of some whole minutes.

        The source may be anyone's: columns of `TRADES_USED` may be missing, prices and quantities may have fewer
        places than 8, required columns may hold null. An invalid trade without a time is in no interval: it may be
        counted or not. The order of trades is (timestamp, source_sequence with null first, message_id); of copies
        with equal (exchange, symbol, timestamp, message_id) the valid one with the greatest (ingestion_timestamp,
        platform_sequence, price, quantity, side, source_sequence) counts, null being the least.

        Args:
            trades: Rows of the source; at least one file reaches into the intervals.
            intervals: Of event times.

        Raises:
            ValidationFailed: A file is there, but makes no sense.
        """

    @abstractmethod
    def series(self, trades: Rows) -> "pa.Table":
        """Which (exchange, symbol) there are in the source, valid or not; asked for rarely."""

    @abstractmethod
    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> "pa.Table":
        """The rows of a table whose instants lie in some intervals, as they are, in any order.

        Args:
            table: The table, of candles or of trades; at least one file reaches into the intervals.
            column: The column of its instants: ``window_start`` of candles (timestamps), ``timestamp`` of trades
                (microseconds).
            intervals: Of these instants; None for all rows, those without an instant among them.
            columns: Those of them that the table has; all of the table's, also ones that are not ours, where None.

        Raises:
            ValidationFailed: A file is there, but makes no sense.
        """


@dataclass(slots=True)
class TradesRead:
    """What there was to say of the trades of several folds."""

    trades_read: int = 0
    duplicates: int = 0
    _rejected: dict[str, int] = field(default_factory=dict)

    def add(self, folded: Folded) -> None:
        """Take one fold in."""
        self.trades_read += folded.trades_read
        self.duplicates += folded.duplicates
        for reason, count in folded.rejected.items():
            self._rejected[reason] = self._rejected.get(reason, 0) + count

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """Invalid trades by reason."""
        return rejections(self._rejected)

"""The columns of candle tables; each measure is declared with how it is computed and merged.

Engines calculate with "sums": the measures of a window from which those of a longer window can be merged, that is all
but the mean. Polars and Spark build their folds, merges, storage and comparisons from these declarations.
"""

from dataclasses import dataclass
from enum import Enum, auto

from engines.domain.decimals import Figure
from engines.domain.tables import Column


class Of(Enum):
    """The value of each trade that a measure is computed from."""

    PRICE = auto()
    QUANTITY = auto()
    QUOTE = auto()
    """Price times quantity."""
    TRADE = auto()
    """The number 1, to count trades."""


class Merge(Enum):
    """How a measure of a window is computed from its parts, which are trades or shorter windows."""

    FIRST = auto()
    LAST = auto()
    HIGHEST = auto()
    LOWEST = auto()
    SUM = auto()
    MEAN = auto()
    """Cannot be merged: a mean is computed as the quotient of two sums, see `VWAP`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Column):
    """A column of a candle that is computed from the candle's trades.

    Attributes:
        of: The value of each trade that is used.
        merge: How the values of a window's parts are combined.
        side: For a sum: only trades of this side are added, and it is null if no trade of the window has a side.
    """

    of: Of
    merge: Merge
    side: str | None = None

    @property
    def may_overflow(self) -> bool:
        """Whether the measure is a sum that may exceed its type; it is null then, and so is every sum that includes it.

        The sum over one side fits whenever the sum over all trades does.
        """
        return self.merge is Merge.SUM and isinstance(self.type, Figure) and self.side is None


VWAP = Measure("vwap", Figure.PRICE, required=True, of=Of.PRICE, merge=Merge.MEAN)
"""Mean price: quote_volume / volume, rounded half up."""

CANDLES: tuple[Column, ...] = (
    Column("symbol", "string", required=True),
    Column("exchange", "string", required=True),
    Column("window_start", "timestamptz", required=True),
    Column("window_end", "timestamptz", required=True),
    Column("window_date", "date", required=True),
    Measure("open_price", Figure.PRICE, required=True, of=Of.PRICE, merge=Merge.FIRST),
    Measure("high_price", Figure.PRICE, required=True, of=Of.PRICE, merge=Merge.HIGHEST),
    Measure("low_price", Figure.PRICE, required=True, of=Of.PRICE, merge=Merge.LOWEST),
    Measure("close_price", Figure.PRICE, required=True, of=Of.PRICE, merge=Merge.LAST),
    Measure("volume", Figure.VOLUME, required=True, of=Of.QUANTITY, merge=Merge.SUM),
    Measure("trade_count", "long", required=True, of=Of.TRADE, merge=Merge.SUM),
    VWAP,
    Column("created_at", "timestamptz", required=True),
    Column("updated_at", "timestamptz", required=True),
    Measure("quote_volume", Figure.QUOTE, of=Of.QUOTE, merge=Merge.SUM),
    Measure("buy_volume", Figure.VOLUME, of=Of.QUANTITY, merge=Merge.SUM, side="buy"),
    Measure("buy_quote_volume", Figure.QUOTE, of=Of.QUOTE, merge=Merge.SUM, side="buy"),
)
"""Columns of a candle table, in order. Columns that are not required were added later; older tables lack them."""

MERGED_CANDLES = tuple(column for column in CANDLES if column.name not in ("created_at", "updated_at"))
"""Columns of candles that are merged as they are read, in order: when their parts were written says nothing of them."""

BUY, SELL = SIDES = ("buy", "sell")
"""The sides of a trade, whose case does not matter; any other value counts as no side."""

SERIES = ("exchange", "symbol")
CANDLE_KEY = (*SERIES, "window_start")
CANDLE_KEY_BY_TIME = ("window_start", *SERIES)

MEASURES = tuple(column for column in CANDLES if isinstance(column, Measure))
CANDLE_MEASURES = tuple(measure.name for measure in MEASURES)
SUMS = tuple(measure for measure in MEASURES if measure.merge is not Merge.MEAN)
"""The measures that can be merged; they are the columns of sums."""

"""Candles: the columns of their tables, with one row for each measure.

What engines calculate with are sums: the measures of a window from which those of a longer one can be merged, which
are all but the mean. Polars and Spark make, merge, store and compare what is written here.
"""

from dataclasses import dataclass
from enum import Enum, auto

from engines.domain.decimals import PRICE, QUOTE, VOLUME, Decimals
from engines.domain.tables import Column


class Of(Enum):
    """What a measure takes of each trade."""

    PRICE = auto()
    QUANTITY = auto()
    QUOTE = auto()
    """Price times quantity."""
    TRADE = auto()
    """The trade itself: one."""


class Merge(Enum):
    """How a measure of a window follows from those of its parts, be they trades or shorter windows."""

    FIRST = auto()
    LAST = auto()
    HIGHEST = auto()
    LOWEST = auto()
    SUM = auto()
    MEAN = auto()
    """It does not: a mean is the quotient of two sums, see `VWAP`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Column):
    """A column of candles that follows from their trades.

    Attributes:
        of: What it takes of each trade.
        merge: How the parts of a window make the whole.
        side: Of a sum: only trades of this side are taken, and it is null where no trade of the window has a side.
    """

    of: Of
    merge: Merge
    side: str | None = None

    @property
    def may_overflow(self) -> bool:
        """Whether a sum may have more digits than its type: it is null then, and so is each sum it is a part of.

        The share of a side fits where the whole does.
        """
        return self.merge is Merge.SUM and isinstance(self.type, Decimals) and self.side is None


VWAP = Measure("vwap", PRICE, required=True, of=Of.PRICE, merge=Merge.MEAN)
"""Mean price: quote_volume / volume, rounded half up."""

CANDLES: tuple[Column, ...] = (
    Column("symbol", "string", required=True),
    Column("exchange", "string", required=True),
    Column("window_start", "timestamptz", required=True),
    Column("window_end", "timestamptz", required=True),
    Column("window_date", "date", required=True),
    Measure("open_price", PRICE, required=True, of=Of.PRICE, merge=Merge.FIRST),
    Measure("high_price", PRICE, required=True, of=Of.PRICE, merge=Merge.HIGHEST),
    Measure("low_price", PRICE, required=True, of=Of.PRICE, merge=Merge.LOWEST),
    Measure("close_price", PRICE, required=True, of=Of.PRICE, merge=Merge.LAST),
    Measure("volume", VOLUME, required=True, of=Of.QUANTITY, merge=Merge.SUM),
    Measure("trade_count", "long", required=True, of=Of.TRADE, merge=Merge.SUM),
    VWAP,
    Column("created_at", "timestamptz", required=True),
    Column("updated_at", "timestamptz", required=True),
    Measure("quote_volume", QUOTE, of=Of.QUOTE, merge=Merge.SUM),
    Measure("buy_volume", VOLUME, of=Of.QUANTITY, merge=Merge.SUM, side="buy"),
    Measure("buy_quote_volume", QUOTE, of=Of.QUOTE, merge=Merge.SUM, side="buy"),
)
"""Columns of a candle table, in its order. Those that are not required were added later: older tables lack them."""

SIDES = ("buy", "sell")
"""What a trade's side may be; any other is none."""

SERIES = ("exchange", "symbol")
CANDLE_KEY = (*SERIES, "window_start")

MEASURES = tuple(column for column in CANDLES if isinstance(column, Measure))
CANDLE_MEASURES = tuple(measure.name for measure in MEASURES)
SUMS = tuple(measure for measure in MEASURES if measure.merge is not Merge.MEAN)
"""Measures that merge: columns of sums."""

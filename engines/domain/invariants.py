"""Invariants that every candle must satisfy, each defined once: a name, a sentence and a predicate.

A predicate is a SQL expression over a candle's columns that is true for a valid row. It is SQL because every engine
can evaluate it: Polars, Spark and DuckDB use the same text. Instants are integers of microseconds (start_us, end_us),
the date is the number of days since the epoch (date_days).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engines.domain.tables import Column
from engines.domain.timeframe import DAY, Timeframe


@dataclass(frozen=True, slots=True)
class Invariant:
    """A condition that candles or their table must satisfy.

    Attributes:
        name: Name in reports.
        sentence: The condition in words.
        predicate: The condition as SQL over one row; empty if it cannot be checked row by row.
    """

    name: str
    sentence: str
    predicate: str = ""


PRICE_ORDER = Invariant(
    "price_order",
    "low <= open, close <= high",
    "low_price <= open_price AND open_price <= high_price AND low_price <= close_price AND close_price <= high_price",
)
VWAP_IN_RANGE = Invariant(
    "vwap_in_range", "low <= vwap <= high (after rounding)", "low_price <= vwap AND vwap <= high_price"
)
POSITIVE = Invariant(
    "positive",
    "prices and volume > 0, trade_count >= 1",
    "open_price > 0 AND high_price > 0 AND low_price > 0 AND close_price > 0 AND vwap > 0"
    " AND volume > 0 AND trade_count >= 1",
)
UNIQUE = Invariant("unique", "one candle for each exchange, symbol and window_start")
ROLLUP = Invariant("rollup", "a coarser candle is the merge of its 1m candles; none of either is missing")
NO_MINUTES = "there are no 1m candles that it could be the merge of"
NO_MERGE = "missing: there are 1m candles of its window"
"""What is wrong with a candle where only one of two tables has any."""
AGAINST_TRADES = Invariant("against_trades", "every candle equals its recomputation; none is missing, none is extra")
FRESHNESS = Invariant("freshness", "the table is not further behind than allowed")
INTEGRITY = Invariant("integrity", "every data file is what was written")
PRESENT = Invariant("files", "every data file is there")
NOT_BLIND = Invariant("looked_at", "where there are trades, there is something to look at")

NOT_EXACT = tuple(f"{name}_not_exact" for name in ("price", "quantity"))
"""Columns, of sources that need them, which say that a value is no decimal of the candles' scale; reasons, too."""

NOTED = ("price_rounded", "quantity_rounded")
"""Columns, of sources that need them, which say that a trade counts although a value had to be changed."""

SIDE_UNKNOWN = "side_unknown"
"""What is noted of a trade whose side is neither buy nor sell: it counts, but has no side."""

STORED = ("price_stored", "quantity_stored")
"""Columns, of sources that need them, with a value as it is stored, as text; shown with trades that are left out."""

TOLD = (
    *(Column(name, "boolean") for name in (*NOT_EXACT, *NOTED)),
    *(Column(name, "string") for name in STORED),
)
"""All columns that say what is odd about a trade; null where the source does not need them."""

REJECTIONS = {
    **{f"null_{n}": f"{n} IS NULL" for n in ("message_id", "symbol", "exchange", "timestamp", "price", "quantity")},
    "price_not_positive": "price <= 0",
    "quantity_not_positive": "quantity <= 0",
}
"""Reasons for which a trade is invalid, as SQL over its columns; the first one that is true is reported."""


def rejections_of(columns: Iterable[str]) -> dict[str, str]:
    """The reasons for which a trade with these columns may be invalid, as SQL, in the order of `REJECTIONS`."""
    present = set(columns)
    return {**{name: name for name in NOT_EXACT if name in present}, **REJECTIONS}


def window_alignment(timeframe: Timeframe) -> Invariant:
    """The invariant that windows are aligned to a timeframe."""
    length = timeframe.duration
    return Invariant(
        "window_alignment",
        "start aligned to the timeframe, end = start + timeframe, date = date of start",
        f"start_us % {length} = 0 AND end_us - start_us = {length}"
        f" AND date_days * {DAY} <= start_us AND start_us < (date_days + 1) * {DAY}",
    )


def row_invariants(timeframe: Timeframe) -> tuple[Invariant, ...]:
    """The invariants that can be checked row by row."""
    return (PRICE_ORDER, VWAP_IN_RANGE, POSITIVE, window_alignment(timeframe))

"""What must be true of every candle: each invariant once, as a name, a sentence and a predicate.

A predicate is a SQL expression over a candle's columns that is true for a sound row. It is SQL because every engine
speaks it: Polars, Spark and DuckDB evaluate the very same text. Instants appear as integers of microseconds
(start_us, end_us), the date as days since the epoch (date_days).
"""

from dataclasses import dataclass

from engines.domain.timeframe import DAY, Timeframe


@dataclass(frozen=True, slots=True)
class Invariant:
    """A law of the candles.

    Attributes:
        name: How reports call it.
        sentence: What it says.
        predicate: SQL over one row; empty where it is about several rows.
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
ROLLUP = Invariant("rollup", "a coarser candle is the merge of its 1m candles, where both exist")
AGAINST_TRADES = Invariant("against_trades", "every candle equals its recomputation; none is missing, none is extra")
FRESHNESS = Invariant("freshness", "the table is not further behind than allowed")
INTEGRITY = Invariant("integrity", "every data file is what was written")

REJECTIONS = {
    **{f"null_{n}": f"{n} IS NULL" for n in ("message_id", "symbol", "exchange", "timestamp", "price", "quantity")},
    "price_not_positive": "price <= 0",
    "quantity_not_positive": "quantity <= 0",
}
"""What makes a trade invalid, as SQL over its columns: the first that is true is the reason."""


def window_alignment(timeframe: Timeframe) -> Invariant:
    """The alignment of a timeframe's windows."""
    length = timeframe.duration
    return Invariant(
        "window_alignment",
        "start aligned to the timeframe, end = start + timeframe, date = date of start",
        f"start_us % {length} = 0 AND end_us - start_us = {length}"
        f" AND date_days * {DAY} <= start_us AND start_us < (date_days + 1) * {DAY}",
    )


def row_invariants(timeframe: Timeframe) -> tuple[Invariant, ...]:
    """The invariants that one row can break by itself."""
    return (PRICE_ORDER, VWAP_IN_RANGE, POSITIVE, window_alignment(timeframe))

"""A series of candles: one symbol on one exchange."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """A symbol on an exchange, and the time span of its candles in a table.

    Attributes:
        exchange: The exchange.
        symbol: The symbol.
        first: Start of its first window, microseconds since the epoch.
        last: Start of its last window, microseconds since the epoch.
    """

    exchange: str
    symbol: str
    first: int
    last: int

"""Names of the layouts and units of trade files as values of options of `k2 trades import`."""

from enum import StrEnum


class LayoutName(StrEnum):
    """The names of `k2cli.trades.Layout`, which loads too slowly to be imported for `--help`."""

    K2 = "k2"
    BINANCE_TRADES = "binance-trades"
    BINANCE_AGGTRADES = "binance-aggtrades"
    KRAKEN = "kraken"


class UnitName(StrEnum):
    """The names of `k2cli.trades.Unit`."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"

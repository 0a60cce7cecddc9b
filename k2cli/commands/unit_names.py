"""Units of time as values of an option of `k2 trades import`."""

from enum import StrEnum


class UnitName(StrEnum):
    """The names of `k2cli.trades.Unit`, which loads too slowly to be imported for `--help`."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"

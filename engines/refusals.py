"""Errors that keep a run from publishing, with the same messages for every engine."""

from engines.domain.decimals import QUOTE
from engines.domain.timeframe import Timeframe, isoformat, to_datetime
from engines.errors import Refused, ValidationFailed

REMOVED_HINT = (
    "set trades.removed = 'keep' where the source has dropped old trades (their candles stay, frozen), "
    "or 'recompute' where the trades were wrong (their candles go)"
)


def lost_trades(table: str, candles: int, first: int) -> Refused:
    """The error for candles that have lost all their trades: the user must say whether to keep or drop them.

    Args:
        table: Name of the candle table.
        candles: Number of these candles.
        first: Start of the window of the first one, microseconds.
    """
    return Refused(
        f"{table}: {candles} candles have lost all their trades in the source, "
        f"the first one that of {to_datetime(first):%Y-%m-%d %H:%M} UTC",
        hint=REMOVED_HINT,
    )


def overflow(timeframe: Timeframe, exchange: str, symbol: str, window_start: int) -> ValidationFailed:
    """The error for a window whose sum of price times quantity does not fit quote_volume."""
    return ValidationFailed(
        f"quote_volume of {exchange} {symbol} in the {timeframe} window {isoformat(window_start)} does not fit {QUOTE}",
        hint="nothing was published; the trades of that window are implausible: correct or remove them",
    )


def broken_candles(timeframe: Timeframe, candles: int, invariant: str, first: str) -> ValidationFailed:
    """The error for new candles that break an invariant, found by the audit before publication.

    Args:
        timeframe: Timeframe of the candle table.
        candles: Number of violations.
        invariant: Name of the invariant that the first candle breaks.
        first: The first candle: exchange, symbol and window start.
    """
    return ValidationFailed(
        f"{candles} candles of {timeframe} break an invariant, the first one {invariant}: {first}",
        hint="nothing was published; this is a bug: please report it with the trades of that window",
    )

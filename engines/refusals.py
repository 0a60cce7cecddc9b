"""Why nothing is published, in the words that every engine uses."""

from engines.domain.decimals import QUOTE
from engines.domain.timeframe import Timeframe, isoformat, to_datetime
from engines.errors import Refused, ValidationFailed

REMOVED_HINT = (
    "set trades.removed = 'keep' where the source has dropped old trades (their candles stay, frozen), "
    "or 'recompute' where the trades were wrong (their candles go)"
)


def lost_trades(table: str, candles: int, first: int) -> Refused:
    """Candles that are to stay until the user has said what became of their trades.

    Args:
        table: Its name.
        candles: How many.
        first: Start of the first one's window, microseconds.
    """
    return Refused(
        f"{table}: {candles} candles have lost all their trades in the source, "
        f"the first one that of {to_datetime(first):%Y-%m-%d %H:%M} UTC",
        hint=REMOVED_HINT,
    )


def overflow(timeframe: Timeframe, exchange: str, symbol: str, window_start: int) -> ValidationFailed:
    """A window whose sum of products has more digits than any candle holds."""
    return ValidationFailed(
        f"quote_volume of {exchange} {symbol} in the {timeframe} window {isoformat(window_start)} does not fit {QUOTE}",
        hint="nothing was published; the trades of that window are implausible: correct or remove them",
    )


def broken_candles(timeframe: Timeframe, candles: int, invariant: str, first: str) -> ValidationFailed:
    """Candles that the audit has found.

    Args:
        timeframe: Of the table.
        candles: How many.
        invariant: What the first one breaks.
        first: Which that is.
    """
    return ValidationFailed(
        f"{candles} candles of {timeframe} break an invariant, the first one {invariant}: {first}",
        hint="nothing was published; this is a bug: please report it with the trades of that window",
    )

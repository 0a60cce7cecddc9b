"""Errors that keep a run from publishing, with the same messages for every engine."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from engines.domain.candle import Measure
from engines.domain.changes import Change
from engines.domain.decimals import MOST_PLACES, Scale
from engines.domain.interval import Intervals
from engines.domain.invariants import NOT_EXACT
from engines.domain.losses import Loss, Question
from engines.domain.mapping import Inexact
from engines.domain.timeframe import Timeframe, isoformat, to_datetime
from engines.domain.window import Windows
from engines.errors import Refused, ValidationFailed

_CHOICE = (
    "set trades.removed = 'keep' where the source has dropped old trades (their candles stay, frozen), "
    "or 'recompute' where the trades were wrong (their candles go)"
)
_STRANGERS = (
    "K2_TRADES__REMOVED=recompute k2 ohlcv aggregate removes them; trades.removed = 'keep' leaves such candles for good"
)
_WHY = {
    Question.ANY: "",
    Question.OLD_END: "; they are the oldest ones, as if the source kept trades for a limited time only",
    Question.TOO_MANY: "; that is more than trades.removed_limit, which allows {limit} a run",
}


def lost_trades(table: str, loss: Loss, question: Question, *, limit: int) -> Refused:
    """The error for candles that no longer have trades: the user must say whether to keep or drop them.

    Args:
        table: Name of the candle table.
        loss: The candles.
        question: Why they are not removed without asking.
        limit: Number of candles that may be removed without asking.
    """
    why = _WHY[question].format(limit=limit)
    first = to_datetime(loss.first or 0)
    if loss.first_lost is None:
        return Refused(
            f"{table}: {loss.candles} candles have no trades in the source, the first one that of "
            f"{first:%Y-%m-%d %H:%M} UTC, and none were removed there since the last run: another program wrote "
            f"the candles, or they were kept when their trades went{why}",
            hint=_STRANGERS,
        )
    return Refused(
        f"{table}: {loss.candles} candles have lost all their trades in the source, "
        f"the first one that of {first:%Y-%m-%d %H:%M} UTC{why}",
        hint=_CHOICE,
    )


def emptied(table: str, minutes: Intervals, question: Question, *, limit: int) -> Refused:
    """The error for minutes that have lost all their trades, as metadata proves; the arguments are as above."""
    why = _WHY[question].format(limit=limit)
    return Refused(f"{table}: the source has lost all trades of {minutes.span}{why}", hint=_CHOICE)


def changed_by_others(table: str, others: Iterable[Change]) -> Refused:
    """The error for a candle table that others have changed, where the settings say not to heal it."""
    what = ", ".join(f"{change.kind} in snapshot {change.snapshot_id}" for change in others)
    return Refused(
        f"{table}: others have changed its candles since our newest snapshot ({what})",
        hint="candles.others = 'heal' makes these windows again from the trades; or roll the table back",
    )


def damaged(table: str, timeframe: Timeframe, found: str) -> Refused:
    """The error for a candle table with files that are missing or damaged, where the settings say not to heal it."""
    return Refused(
        f"{table} cannot be read as it was written: {found}",
        hint=f"candles.others = 'heal' makes it again from the trades, and so does k2 ohlcv restore {timeframe}",
    )


def overflow(
    timeframe: Timeframe, scale: Scale, measures: Iterable[Measure], *, exchange: str, symbol: str, window_start: int
) -> ValidationFailed:
    """The error for a window some of whose sums do not fit their columns.

    Args:
        timeframe: Timeframe of the candle table.
        scale: Its scale.
        measures: The measures that do not fit.
        exchange: Exchange of the candle.
        symbol: Symbol of the candle.
        window_start: Start of its window, microseconds.
    """
    window = f"{exchange} {symbol} in the {timeframe} window {isoformat(window_start)}"
    unfit = " and ".join(f"{measure.name} does not fit {scale.type_of(measure.type)}" for measure in measures)
    return ValidationFailed(
        f"{window}: {unfit}",
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


def refuse_inexact(
    table: str,
    inexact: Inexact,
    scale: Scale,
    counts: Mapping[str, int],
    rows: Callable[[], Iterable[Mapping[str, object]]],
) -> None:
    """Refuse prices and quantities that are not exactly a decimal of the candles, unless such trades are left out.

    Args:
        table: Name of the source table.
        inexact: What the user wants with such trades.
        scale: Scale of the candles.
        counts: Number of trades that are left out, by reason; see `invariants.NOT_EXACT`.
        rows: Reads some of these trades: our columns, and the values as they are stored.

    Raises:
        Refused: There are such trades, and they are neither left out nor rounded; the first are shown.
    """
    trades = sum(counts.get(name, 0) for name in NOT_EXACT)
    if not trades or inexact is Inexact.REJECT:
        return
    shown = (_inexact(row) for row in rows() if any(row.get(name) for name in NOT_EXACT))
    finer = "" if scale.places == MOST_PLACES else f", or make tables of up to {MOST_PLACES} places: [tables] scale"
    raise Refused(
        f"table {table}: {trades} trades have a price or quantity that is not exactly a {scale.price} or"
        f" {scale.volume},"
        f" the first ones {'; '.join(islice(shown, 3))}",
        hint='write inexact = "reject" (leave such trades out) or inexact = "round" (half up) below [trades]' + finer,
    )


def _inexact(row: Mapping[str, object]) -> str:
    values = (f"{n} {row[f'{n}_stored']}" for n in ("price", "quantity") if row.get(f"{n}_not_exact"))
    instant = row.get("timestamp")
    at = f" at {isoformat(instant)}" if isinstance(instant, int) else ""
    return f"{' and '.join(values)} of {row['exchange']} {row['symbol']}{at}"


def not_mergeable(table: str) -> ValidationFailed:
    """Candles without quote_volume, which longer ones cannot be merged from."""
    return ValidationFailed(
        f"{table} has candles without quote_volume, which another writer made: they cannot be merged",
        hint="make them again: k2 ohlcv aggregate --rebuild",
    )


def too_large(symbol: str, exchange: str, windows: Windows) -> ValidationFailed:
    """Candles whose sums do not fit their columns."""
    return ValidationFailed(
        f"the volume of {symbol} on {exchange} in a window of {windows} has more digits than a candle holds",
        hint="ask for shorter windows",
    )

"""The oracle: a reference implementation of candles in plain Python; slow, exact, and short enough to verify by eye.

It shares no code with the engines, so that no mistake is made twice, and uses the standard library only.
An instant is an ``int`` of microseconds since the epoch, UTC. Windows are half-open and aligned to the epoch.
Text is ordered by code point, which is also the order of its UTF-8 bytes. Null is smaller than any value.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, localcontext
from typing import Literal, TypeVar

T = TypeVar("T")

Identity = Literal["id", "id-time", "none"]
"""What a trade is told apart by in its series: its id within a minute, or its id and time."""

_EXACT = Context(prec=100, traps=[Inexact])
"""Decimal context in which rounding is an error; Python's default of 28 digits is too few for price x quantity."""

_MINUTE = 60_000_000
_DIGITS = 38


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A row of the source table; the fields are its columns. A required column may be None to model a broken row."""

    exchange: str | None
    symbol: str | None
    timestamp: int | None
    message_id: str | None
    price: Decimal | None
    quantity: Decimal | None
    side: str | None = None
    source_sequence: int | None = None
    ingestion_timestamp: int | None = None
    platform_sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """The measures of one series in one window ``[window_start, window_end)``.

    Attributes:
        volume: Sum of the quantities; as many places as the scale of the table says, 8 or more.
        quote_volume: Sum of price x quantity; twice as many places.
        vwap: quote_volume / volume, rounded half up to the places of a price.
        buy_volume: The part of the volume with side ``buy``; None when no trade has a side.
        buy_quote_volume: The part of the quote volume with side ``buy``; None when no trade has a side.
    """

    exchange: str
    symbol: str
    window_start: int
    window_end: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    trade_count: int
    vwap: Decimal
    quote_volume: Decimal
    buy_volume: Decimal | None
    buy_quote_volume: Decimal | None


_REJECTIONS: dict[str, Callable[[Trade], bool]] = {
    "null_message_id": lambda t: t.message_id is None,
    "null_symbol": lambda t: t.symbol is None,
    "null_exchange": lambda t: t.exchange is None,
    "null_timestamp": lambda t: t.timestamp is None,
    "null_price": lambda t: t.price is None,
    "null_quantity": lambda t: t.quantity is None,
    "price_not_positive": lambda t: t.price is not None and t.price <= 0,
    "quantity_not_positive": lambda t: t.quantity is not None and t.quantity <= 0,
}


def rejection(trade: Trade) -> str | None:
    """The first reason why a trade is invalid; None when it is valid."""
    return next((reason for reason, applies in _REJECTIONS.items() if applies(trade)), None)


def distinct(trades: Iterable[Trade], identity: Identity = "id") -> list[Trade]:
    """The valid trades without duplicates; of several valid copies of a trade, the one with the greatest ``_rank``."""
    winners: dict[object, Trade] = {}
    valid = [trade for trade in trades if rejection(trade) is None]
    if identity == "none":
        return valid
    for trade in valid:
        time = _known(trade.timestamp)
        key = (trade.exchange, trade.symbol, trade.message_id, time // _MINUTE if identity == "id" else time)
        rival = winners.get(key)
        if rival is None or _rank(trade) > _rank(rival):
            winners[key] = trade
    return list(winners.values())


Cut = Callable[[int], tuple[int, int]]
"""Gives the start and the end of the window that contains an instant."""


def fixed(duration: int) -> Cut:
    """Windows of ``duration`` microseconds, aligned to the epoch."""
    return lambda instant: (instant // duration * duration, instant // duration * duration + duration)


def candles(trades: Iterable[Trade], windows: int | Cut, identity: Identity = "id", places: int = 8) -> list[Candle]:
    """Fold trades into candles of windows, or of a duration in microseconds, sorted by exchange, symbol, window_start.

    Raises:
        OverflowError: A sum does not fit the column of the candle table.
    """
    cut = fixed(windows) if isinstance(windows, int) else windows
    found: dict[tuple[str, str, int], list[Trade]] = {}
    for trade in distinct(trades, identity):
        start, _ = cut(_known(trade.timestamp))
        found.setdefault((_known(trade.exchange), _known(trade.symbol), start), []).append(trade)
    with localcontext(_EXACT):
        return [_fold(key, cut(key[2])[1], found[key], identity, places) for key in sorted(found)]


def merge(finer: Sequence[Candle], duration: int, places: int = 8) -> list[Candle]:
    """Roll candles up to candles of a ``duration`` that is a multiple of theirs, sorted like those of ``candles``.

    Raises:
        OverflowError: A sum does not fit the column of the candle table.
    """
    windows: dict[tuple[str, str, int], list[Candle]] = {}
    for candle in sorted(finer, key=lambda c: c.window_start):
        window = candle.window_start // duration * duration
        windows.setdefault((candle.exchange, candle.symbol, window), []).append(candle)
    with localcontext(_EXACT):
        return [_roll_up(key, key[2] + duration, windows[key], places) for key in sorted(windows)]


def _fold(key: tuple[str, str, int], end: int, trades: Sequence[Trade], identity: Identity, places: int) -> Candle:
    """The candle of the distinct valid trades of one window."""
    ordered = sorted(trades, key=lambda trade: _order(trade, identity))
    prices = [_known(t.price) for t in ordered]
    volume, quote_volume = _volumes(ordered, places)
    has_side = any(_side(t) in ("buy", "sell") for t in ordered)
    buy_volume, buy_quote_volume = _volumes([t for t in ordered if _side(t) == "buy"], places)
    return Candle(
        exchange=key[0],
        symbol=key[1],
        window_start=key[2],
        window_end=end,
        open=_price(prices[0], places),
        high=_price(max(prices), places),
        low=_price(min(prices), places),
        close=_price(prices[-1], places),
        volume=volume,
        trade_count=len(ordered),
        vwap=_vwap(quote_volume, volume, places),
        quote_volume=quote_volume,
        buy_volume=buy_volume if has_side else None,
        buy_quote_volume=buy_quote_volume if has_side else None,
    )


def _roll_up(key: tuple[str, str, int], end: int, finer: Sequence[Candle], places: int) -> Candle:
    """The candle of the finer candles in its window, which must be in order of time."""
    volume = _fit(_sum(c.volume for c in finer), _DIGITS, places)
    quote_volume = _fit(_sum(c.quote_volume for c in finer), _DIGITS, 2 * places)
    # A finer candle whose trades have no side adds nothing to the buy volumes; they are null if that holds for all.
    buys = [c.buy_volume for c in finer if c.buy_volume is not None]
    buy_quotes = [c.buy_quote_volume for c in finer if c.buy_quote_volume is not None]
    return Candle(
        exchange=key[0],
        symbol=key[1],
        window_start=key[2],
        window_end=end,
        open=finer[0].open,
        high=max(c.high for c in finer),
        low=min(c.low for c in finer),
        close=finer[-1].close,
        volume=volume,
        trade_count=sum(c.trade_count for c in finer),
        vwap=_vwap(quote_volume, volume, places),
        quote_volume=quote_volume,
        buy_volume=_fit(_sum(buys), _DIGITS, places) if buys else None,
        buy_quote_volume=_fit(_sum(buy_quotes), _DIGITS, 2 * places) if buy_quotes else None,
    )


def _side(trade: Trade) -> str | None:
    """The side of a trade; its case does not matter."""
    return None if trade.side is None else trade.side.lower()


def _order(trade: Trade, identity: Identity) -> tuple[int, tuple[int, ...], str | Decimal]:
    """Sort key for the order of trades: the first one gives the open price, the last one the close price."""
    last = _known(trade.price) if identity == "none" else _known(trade.message_id)
    return (_known(trade.timestamp), _nulls_first(trade.source_sequence), last)


def _rank(trade: Trade) -> tuple[tuple[object, ...], ...]:
    """Sort key for copies of a trade: the greatest one counts; copies with equal keys are equal in all columns."""
    return (
        _nulls_first(trade.ingestion_timestamp),
        _nulls_first(trade.platform_sequence),
        _nulls_first(trade.timestamp),
        _nulls_first(trade.price),
        _nulls_first(trade.quantity),
        _nulls_first(trade.side),
        _nulls_first(trade.source_sequence),
    )


def _nulls_first(value: T | None) -> tuple[T, ...]:
    """Sort key of an optional value: null becomes the empty tuple, which is smaller than any other."""
    return () if value is None else (value,)


def _known(value: T | None) -> T:
    """Return the value of a required column of a valid trade, which is never None."""
    assert value is not None
    return value


def _volumes(trades: Sequence[Trade], places: int) -> tuple[Decimal, Decimal]:
    """Sum of the quantities, and sum of price x quantity."""
    volume = _sum(_known(t.quantity) for t in trades)
    quote_volume = _sum(_known(t.price) * _known(t.quantity) for t in trades)
    return _fit(volume, _DIGITS, places), _fit(quote_volume, _DIGITS, 2 * places)


def _vwap(quote_volume: Decimal, volume: Decimal, places: int) -> Decimal:
    """VWAP rounded half up to the places of a price, with integers: n / v + 1/2 = (2n + v) / 2v, rounded down."""
    n, v = int(quote_volume.scaleb(2 * places)), int(volume.scaleb(places))
    return _price(Decimal((2 * n + v) // (2 * v)).scaleb(-places), places)


def _price(value: Decimal, places: int) -> Decimal:
    """A price as its column has it: of 18 digits with 8 places, of 38 with more."""
    return _fit(value, 18 if places == 8 else _DIGITS, places)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _fit(value: Decimal, precision: int, scale: int) -> Decimal:
    """Return a value as decimal(precision, scale); raise `OverflowError` if it does not fit."""
    if abs(value) >= Decimal(10) ** (precision - scale):
        raise OverflowError(f"{value} does not fit decimal({precision}, {scale})")
    return value.quantize(Decimal(1).scaleb(-scale))

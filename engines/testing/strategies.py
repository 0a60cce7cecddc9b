"""Hypothesis strategies for trades, deliveries and intervals: random rows, and known difficult ones.

The trades lie around ``MIDNIGHT``, the end of a leap day and of a month, so that a few minutes cross every kind of
window and partition boundary.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engines.testing.oracle import Trade

MINUTE = 60_000_000
MIDNIGHT = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000

_WIDE = Context(prec=38)
"""Decimal context in which 38 digits are not rounded."""

SMALLEST = Decimal("0.00000001")
LARGEST = Decimal("9999999999.99999999")
"""The largest decimal(18, 8). 100 trades of this price and quantity in a window do not overflow, 101 do."""

MOST = Decimal(f"{'9' * 30}.{'9' * 8}")
"""The largest decimal(38, 8), as quantities have it; times any price above `SMALLEST` it is too much for a candle."""

AMOUNTS = (
    SMALLEST,
    Decimal("0.00000003"),
    Decimal("0.5"),
    Decimal(1),
    Decimal(3),
    Decimal("65000.12345678"),
    LARGEST,
)
"""Prices and quantities: those of low-priced coins, some that need rounding, and the largest."""

SERIES = (
    ("binance", "BTCUSDT"),
    ("kraken", "BTCUSDT"),
    ("binance", "SHIBUSDT"),
    ("binances", "HIBUSDT"),
)
"""(exchange, symbol): one symbol on two exchanges, and two series that are equal when concatenated."""

MESSAGE_IDS = ("1", "2", "9", "10", "a", "B", "", "\uff5e", "\U0001f600")
"""Few, so that they collide; "9" > "10" as text; the last two are ordered differently in UTF-16 and in UTF-8."""

SEQUENCES = (None, None, 0, 1, 2, -1, 2**63 - 1)
"""Null, and values that a careless default might use in place of null."""

SIDES = (None, None, "buy", "sell", "BUY", "", "unknown")

SPOILED: tuple[dict[str, Any], ...] = (
    {"price": Decimal(0)},
    {"price": -SMALLEST},
    {"quantity": Decimal(0)},
    {"quantity": -LARGEST},
    {"price": Decimal(0), "quantity": Decimal(0)},
)
"""Changes that make a trade invalid but are possible in a table with required columns."""

NULLED: tuple[dict[str, Any], ...] = (
    *({name: None} for name in ("message_id", "symbol", "exchange", "timestamp", "price", "quantity")),
    {"message_id": None, "symbol": None, "price": Decimal(0)},
    {"price": None, "quantity": Decimal(-1)},
)
"""Changes that make a trade invalid and need a table with optional columns."""


def _extreme(*amounts: tuple[Decimal, Decimal]) -> tuple[Trade, ...]:
    """Trades of the given (price, quantity) in one minute, a microsecond apart, with alternating sides."""
    return tuple(
        Trade(
            exchange="binance",
            symbol="BTCUSDT",
            timestamp=MIDNIGHT + n,
            message_id=str(n),
            price=price,
            quantity=quantity,
            side=("sell", "buy")[n % 2],
        )
        for n, (price, quantity) in enumerate(amounts)
    )


EXTREMES = (
    _extreme((LARGEST, LARGEST), (Decimal("23.64407707"), Decimal("0.00000697"))),
    _extreme((LARGEST, LARGEST), (SMALLEST, SMALLEST)),
    _extreme(*[(LARGEST, LARGEST)] * 100),
    _extreme(*[(SMALLEST, SMALLEST)] * 3),
    _extreme((SMALLEST, LARGEST), (LARGEST, SMALLEST), (SMALLEST, SMALLEST)),
)
"""Minutes whose sums have 1 digit, 38, or both; always tried by the tests of laws, also with every trade duplicated.

The first one had wrong last digits when its copies were removed in arithmetic of 34 digits."""


def instants(*, minutes: int = 90) -> SearchStrategy[int]:
    """Instants in the ``minutes`` around midnight, often on a window boundary or a microsecond beside it."""
    first, last = MIDNIGHT - minutes * MINUTE // 2, MIDNIGHT + minutes * MINUTE // 2 - 1
    boundaries = [MIDNIGHT + m * MINUTE for m in (0, 1, -1, 5, -30, 30, -60, 60, -1440, 1440)]
    edges = [b + off for b in boundaries for off in (-1, 0, 1) if first <= b + off <= last]
    return st.one_of(st.sampled_from(edges), st.sampled_from(edges), st.integers(first, last))


def amounts() -> SearchStrategy[Decimal]:
    """Positive values of decimal(18, 8)."""
    return st.one_of(st.sampled_from(AMOUNTS), st.integers(1, 10**18 - 1).map(lambda n: Decimal(n).scaleb(-8)))


def wide_quantities() -> SearchStrategy[Decimal]:
    """Positive values of decimal(38, 8), of any number of digits."""
    digits = st.integers(1, 38).flatmap(lambda n: st.integers(1, 10**n - 1))
    return st.one_of(amounts(), st.just(MOST), digits.map(lambda n: Decimal(n).scaleb(-8, _WIDE)))


def trade(*, series: Sequence[tuple[str, str]] = SERIES, minutes: int = 90) -> SearchStrategy[Trade]:
    """Single valid trades."""
    return st.builds(
        lambda key, **columns: Trade(exchange=key[0], symbol=key[1], **columns),
        key=st.sampled_from(series),
        timestamp=instants(minutes=minutes),
        message_id=st.sampled_from(MESSAGE_IDS),
        **_COLUMNS,
    )


def trades(
    *,
    max_size: int = 24,
    series: Sequence[tuple[str, str]] = SERIES,
    minutes: int = 90,
    nulls: bool = True,
) -> SearchStrategy[list[Trade]]:
    """Rows of a source table in any order: ties, exact and corrected copies, invalid rows, window boundaries.

    Args:
        max_size: Maximum number of rows; up to 100 no sum overflows.
        series: The (exchange, symbol) pairs to choose from.
        minutes: Length of the time span of the trades, with midnight in its middle.
        nulls: Whether required columns may be null.
    """
    valid = trade(series=series, minutes=minutes)
    spoils = st.sampled_from((*SPOILED, *NULLED) if nulls else SPOILED)
    invalid = st.builds(_changed, valid, spoils)
    return _with_copies(st.lists(st.one_of(valid, valid, valid, invalid), max_size=-(-max_size * 2 // 3)), max_size)


@st.composite
def _with_copies(draw: DrawFn, originals: SearchStrategy[list[Trade]], max_size: int) -> list[Trade]:
    """Draw rows, and insert exact or changed copies of some of them at random positions."""
    rows = draw(originals)
    if rows:
        places = st.integers(0, len(rows))
        copy = st.tuples(places, st.sampled_from(rows), _CHANGES, st.sampled_from(_PRECISIONS))
        for place, row, change, precision in draw(st.lists(copy, max_size=max_size - len(rows))):
            rows.insert(place, _told_in(precision, _changed(row, change)))
    return rows


def _told_in(precision: int, row: Trade) -> Trade:
    """The row as a recorder of coarser times has it."""
    return row if row.timestamp is None else replace(row, timestamp=row.timestamp // precision * precision)


def _changed(row: Trade, change: dict[str, Any]) -> Trade:
    return replace(row, **change)


_PRECISIONS = (1, 1, 1, 1_000, 1_000_000)
"""Microseconds of which the time of a copy is a multiple: copies of other recorders have milliseconds or seconds."""

_COLUMNS: dict[str, SearchStrategy[Any]] = {
    "price": amounts(),
    "quantity": amounts(),
    "side": st.sampled_from(SIDES),
    "source_sequence": st.sampled_from(SEQUENCES),
    "ingestion_timestamp": st.sampled_from(SEQUENCES),
    "platform_sequence": st.sampled_from(SEQUENCES),
}
_CHANGES: SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.sampled_from(SPOILED),
    st.fixed_dictionaries({}, optional=_COLUMNS),
    st.sampled_from(["price", "side", "source_sequence"]).flatmap(lambda n: st.fixed_dictionaries({n: _COLUMNS[n]})),
    st.fixed_dictionaries({"message_id": st.sampled_from(MESSAGE_IDS), "price": amounts()}),
    st.fixed_dictionaries({"message_id": st.sampled_from(MESSAGE_IDS), **_COLUMNS}),
)
"""Changes of a copy: none, one that makes it invalid, some columns, one column, or those of another trade."""


@st.composite
def histories(
    draw: DrawFn, source: SearchStrategy[list[Trade]] | None = None, *, max_batches: int = 4
) -> list[list[Trade]]:
    """Batches in order of delivery; each row of ``source`` is delivered once or twice, in any of the batches.

    Batches may be empty, and old trades may come after new ones.
    """
    rows = draw(trades() if source is None else source)
    batches: list[list[Trade]] = [[] for _ in range(draw(st.integers(1, max_batches)))]
    batch = st.sampled_from(batches)
    for row in rows:
        draw(batch).append(row)
        if draw(st.booleans()):
            draw(batch).append(row)
    return batches


def intervals(*, limit: int = 40, unit: int = 1, max_size: int = 8) -> SearchStrategy[list[tuple[int, int]]]:
    """Lists of intervals (start, end) in any order: disjoint, touching, nested, equal, empty or inverted.

    Args:
        limit: The instants lie in [-limit, limit].
        unit: Bounds are often whole multiples of it, or one off.
        max_size: Maximum number of intervals.
    """
    whole = st.integers(-limit // unit, limit // unit).map(lambda n: n * unit)
    near = st.builds(lambda n, off: max(-limit, min(limit, n + off)), whole, st.sampled_from((-1, 0, 1)))
    bound = st.one_of(near, st.integers(-limit, limit))
    pair = st.tuples(bound, bound)
    ordered = pair.map(lambda p: (min(p), max(p)))
    return st.lists(st.one_of(ordered, ordered, ordered, pair), max_size=max_size)

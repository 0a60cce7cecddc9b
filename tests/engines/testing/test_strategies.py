"""The strategies do make what they are for: each kind of nasty input is really met."""

from collections import Counter
from collections.abc import Callable
from itertools import chain, permutations
from typing import TypeVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis.strategies import SearchStrategy

from engines.testing.oracle import Trade, candles, distinct, rejection
from engines.testing.strategies import AMOUNTS, LARGEST, MIDNIGHT, MINUTE, SMALLEST, histories, intervals, trades

T = TypeVar("T")


def sample(strategy: SearchStrategy[T]) -> list[T]:
    """A few hundred examples, always the same."""
    examples: list[T] = []

    @settings(max_examples=200, phases=[Phase.generate], database=None, deadline=None, derandomize=True)
    @given(strategy)
    def collect(example: T) -> None:
        examples.append(example)

    collect()
    return examples


@pytest.fixture(scope="module")
def tables() -> list[list[Trade]]:
    return sample(trades())


@pytest.fixture(scope="module")
def deliveries() -> list[list[list[Trade]]]:
    return sample(histories())


@pytest.fixture(scope="module")
def ranges() -> list[list[tuple[int, int]]]:
    return sample(intervals(limit=12))


def series(trade: Trade) -> tuple[str | None, str | None]:
    return (trade.exchange, trade.symbol)


def identity(trade: Trade) -> tuple[object, ...]:
    return (*series(trade), trade.timestamp, trade.message_id)


def tied(a: Trade, b: Trade) -> bool:
    return series(a) == series(b) and a.timestamp == b.timestamp and a.message_id != b.message_id


PAIRS: dict[str, Callable[[Trade, Trade], bool]] = {
    "the same time": tied,
    "the same time and sequence": lambda a, b: tied(a, b) and a.source_sequence == b.source_sequence is not None,
    "the same time, one without a sequence": lambda a, b: (
        tied(a, b) and a.source_sequence is None and b.source_sequence is not None
    ),
    "an exact copy": lambda a, b: a == b,
    "a corrected copy": lambda a, b: identity(a) == identity(b) and a.price != b.price,
    "a copy that differs in the sequence alone": lambda a, b: (
        identity(a) == identity(b) and a.source_sequence != b.source_sequence and (a.price, a.side) == (b.price, b.side)
    ),
    "an invalid copy of a valid trade": lambda a, b: (
        identity(a) == identity(b) and rejection(a) is None and rejection(b) is not None
    ),
    "a copy in milliseconds": lambda a, b: (
        (series(a), a.message_id) == (series(b), b.message_id)
        and a.timestamp != b.timestamp == (a.timestamp or 0) // 1000 * 1000
    ),
    "one symbol on two exchanges": lambda a, b: a.symbol == b.symbol and a.exchange != b.exchange,
    "one message id in two series": lambda a, b: a.message_id == b.message_id and series(a) != series(b),
    "one message id at two times": lambda a, b: a.message_id == b.message_id and a.timestamp != b.timestamp,
}


@pytest.mark.parametrize("pair", PAIRS)
def test_trades_meet_pairs_with(pair: str, tables: list[list[Trade]]) -> None:
    assert any(PAIRS[pair](a, b) for rows in tables for a, b in permutations(rows, 2))


ROWS: dict[str, Callable[[Trade], bool]] = {
    "the smallest price": lambda t: t.price == SMALLEST,
    "the largest quantity": lambda t: t.quantity == LARGEST,
    "an amount of no museum": lambda t: t.price not in AMOUNTS,
    "midnight": lambda t: t.timestamp == MIDNIGHT,
    "one microsecond before midnight": lambda t: t.timestamp == MIDNIGHT - 1,
    "one microsecond before a minute": lambda t: t.timestamp == MIDNIGHT + MINUTE - 1,
    "the half hour": lambda t: t.timestamp == MIDNIGHT - 30 * MINUTE,
    "no side": lambda t: t.side is None,
    "a buy": lambda t: t.side == "buy",
    "a sell": lambda t: t.side == "sell",
    "another side": lambda t: t.side == "BUY",
}


@pytest.mark.parametrize("row", ROWS)
def test_trades_meet_valid_rows_with(row: str, tables: list[list[Trade]]) -> None:
    assert any(rejection(t) is None and ROWS[row](t) for rows in tables for t in rows)


def test_trades_meet_each_reason_of_rejection(tables: list[list[Trade]]) -> None:
    nulls = {f"null_{c}" for c in ("message_id", "symbol", "exchange", "timestamp", "price", "quantity")}

    assert {rejection(t) for rows in tables for t in rows} == {
        None,
        "price_not_positive",
        "quantity_not_positive",
        *nulls,
    }


@given(trades(max_size=7, series=[("a", "X")], minutes=2, nulls=False))
def test_trades_keep_to_what_was_asked(rows: list[Trade]) -> None:
    assert len(rows) <= 7
    assert all(series(t) == ("a", "X") for t in rows)
    assert all(-MINUTE <= (t.timestamp or 0) - MIDNIGHT < MINUTE for t in rows)
    assert not any((rejection(t) or "").startswith("null") for t in rows)


@given(trades())
def test_no_trades_overflow(rows: list[Trade]) -> None:
    assert len(candles(rows, 1440 * MINUTE)) <= len(distinct(rows))


HISTORIES: dict[str, Callable[[list[list[Trade]]], bool]] = {
    "a redelivery": lambda batches: max(Counter(chain.from_iterable(batches)).values(), default=0) > 1,
    "a late trade": lambda batches: (
        len(batches) > 1
        and min((t.timestamp or 0 for t in batches[-1]), default=MIDNIGHT)
        < max((t.timestamp or 0 for t in batches[0]), default=0)
    ),
    "an empty batch": lambda batches: len(batches) > 1 and [] in batches,
    "one batch": lambda batches: len(batches) == 1,
}


@pytest.mark.parametrize("history", HISTORIES)
def test_histories_meet(history: str, deliveries: list[list[list[Trade]]]) -> None:
    assert any(HISTORIES[history](batches) for batches in deliveries)


@given(histories(trades(series=[("a", "X")]), max_batches=2))
def test_histories_take_the_trades_given(batches: list[list[Trade]]) -> None:
    assert 1 <= len(batches) <= 2
    assert all(series(t) in {("a", "X"), (None, "X"), ("a", None), (None, None)} for batch in batches for t in batch)


RANGES: dict[str, Callable[[tuple[int, int], tuple[int, int]], bool]] = {
    "touching": lambda a, b: a[0] < a[1] == b[0] < b[1],
    "nested": lambda a, b: a[0] < b[0] < b[1] < a[1],
    "apart by one": lambda a, b: a[0] < a[1] == b[0] - 1 < b[1],
    "inverted": lambda a, _: a[0] > a[1],
    "empty": lambda a, _: a[0] == a[1],
}


@pytest.mark.parametrize("pair", RANGES)
def test_intervals_meet(pair: str, ranges: list[list[tuple[int, int]]]) -> None:
    assert any(RANGES[pair](a, b) for made in ranges for a, b in permutations(made, 2))


@given(intervals(limit=100, unit=7, max_size=3))
def test_intervals_keep_to_what_was_asked(made: list[tuple[int, int]]) -> None:
    assert len(made) <= 3
    assert all(-100 <= bound <= 100 for pair in made for bound in pair)

"""Candles worked out by hand: the oracle is believed because these can be checked with a pencil."""

from decimal import Decimal, Inexact
from typing import Any

import pytest

from engines.testing.oracle import Candle, Trade, candles, distinct, merge, rejection

MINUTE = 60_000_000
LARGEST = "9999999999.99999999"


def trade(**columns: Any) -> Trade:  # noqa: ANN401, any column
    """A valid trade of 1 at a price of 100 at the epoch, but for the columns given; decimals as text."""
    for name in {"price", "quantity"} & columns.keys():
        columns[name] = None if columns[name] is None else Decimal(columns[name])
    plain = {
        "exchange": "binance",
        "symbol": "BTCUSDT",
        "timestamp": 0,
        "message_id": "1",
        "price": Decimal(100),
        "quantity": Decimal(1),
    }
    return Trade(**{**plain, **columns})


def numbered(*rows: dict[str, Any]) -> list[Trade]:
    """Trades with the message ids 0, 1, 2 and so on."""
    return [trade(**{"message_id": str(number), **row}) for number, row in enumerate(rows)]


def only(rows: list[Trade], duration: int = MINUTE) -> Candle:
    """Their one candle."""
    (candle,) = candles(rows, duration)
    return candle


def test_a_candle_by_hand() -> None:
    rows = numbered(
        {"timestamp": 30, "price": "101", "quantity": "0.5", "side": "sell"},
        {"timestamp": 10, "price": "100", "quantity": "2", "side": "buy"},
        {"timestamp": MINUTE - 1, "price": "98.5", "quantity": "1"},
        {"timestamp": 40, "price": "103", "quantity": "1.5", "side": "buy"},
    )

    assert candles(rows, MINUTE) == [
        Candle(
            exchange="binance",
            symbol="BTCUSDT",
            window_start=0,
            window_end=MINUTE,
            open=Decimal(100),
            high=Decimal(103),
            low=Decimal("98.5"),
            close=Decimal("98.5"),
            volume=Decimal(5),
            trade_count=4,
            vwap=Decimal("100.7"),  # (50.5 + 200 + 98.5 + 154.5) / 5 = 503.5 / 5
            quote_volume=Decimal("503.5"),
            buy_volume=Decimal("3.5"),
            buy_quote_volume=Decimal("354.5"),
        )
    ]


def test_no_trades_make_no_candles() -> None:
    assert candles([], MINUTE) == merge([], MINUTE) == []


def test_the_edge_belongs_to_the_window_that_begins_there() -> None:
    rows = numbered({"timestamp": MINUTE - 1}, {"timestamp": MINUTE})

    assert [c.window_start for c in candles(rows, MINUTE)] == [0, MINUTE]


def test_windows_before_the_epoch_are_aligned_to_it() -> None:
    assert only([trade(timestamp=-1)]).window_start == -MINUTE


def test_candles_are_sorted_by_exchange_symbol_window() -> None:
    keys = [("b", "X", 0), ("a", "Y", 0), ("a", "X", MINUTE), ("a", "X", 0)]
    rows = [trade(exchange=e, symbol=s, timestamp=t) for e, s, t in keys]

    assert [(c.exchange, c.symbol, c.window_start) for c in candles(rows, MINUTE)] == sorted(keys)


class TestVwap:
    """vwap = quote_volume / volume rounded half up to 8 places."""

    @pytest.mark.parametrize(
        ("trades", "expected"),
        [
            # mean of 1e-8 and 2e-8: exactly half a unit, up
            ([("0.00000001", "1"), ("0.00000002", "1")], "0.00000002"),
            # 2.5 units: half up is 3, half even would be 2
            ([("0.00000002", "1"), ("0.00000003", "1")], "0.00000003"),
            # (1 + 1 + 2) / 3 = 1.33… units, down
            ([("0.00000001", "2"), ("0.00000002", "1")], "0.00000001"),
            # (1 + 2 + 2) / 3 = 1.66… units, up
            ([("0.00000001", "1"), ("0.00000002", "2")], "0.00000002"),
            # one part in 2 x 10^18 below the half, down: a float can't see it
            ([("0.00000001", "9999999999.99999999"), ("0.00000002", "9999999999.99999998")], "0.00000001"),
            # the smallest trade there is
            ([("0.00000001", "0.00000001")], "0.00000001"),
            # the largest: no rounding beyond the high
            ([(LARGEST, LARGEST), (LARGEST, LARGEST)], LARGEST),
        ],
    )
    def test_rounding(self, trades: list[tuple[str, str]], expected: str) -> None:
        rows = numbered(*({"price": price, "quantity": quantity} for price, quantity in trades))

        assert only(rows).vwap == Decimal(expected)


class TestHugeSums:
    def test_sums_are_exact_beyond_the_28_digits_of_python(self) -> None:
        candle = only(numbered({"price": LARGEST, "quantity": LARGEST}, {"price": "0.00000001", "quantity": LARGEST}))

        assert candle.volume == Decimal("19999999999.99999998")
        # (10^18 - 1)^2 + (10^18 - 1) = 10^36 - 10^18, in units of 10^-16
        assert str(candle.quote_volume) == "99999999999999999900.0000000000000000"

    def test_a_hundred_of_the_largest_trades_fit(self) -> None:
        rows = numbered(*[{"price": LARGEST, "quantity": LARGEST}] * 100)

        # 100 (10^18 - 1)^2 = 10^38 - 2 x 10^20 + 100
        assert str(only(rows).quote_volume) == "9999999999999999980000.0000000000000100"

    def test_a_quote_volume_that_does_not_fit_is_an_error(self) -> None:
        rows = numbered(*[{"price": LARGEST, "quantity": LARGEST}] * 101)

        with pytest.raises(OverflowError, match=r"decimal\(38, 16\)"):
            candles(rows, MINUTE)

    def test_a_merge_that_does_not_fit_is_an_error(self) -> None:
        rows = numbered(*[{"price": LARGEST, "quantity": LARGEST, "timestamp": n * MINUTE} for n in range(101)])
        fine = candles(rows, MINUTE)

        with pytest.raises(OverflowError):
            merge(fine, 1440 * MINUTE)

    def test_a_number_finer_than_the_column_is_an_error(self) -> None:
        with pytest.raises(Inexact):
            candles([trade(price="0.000000015")], MINUTE)


class TestOpenAndClose:
    """The first and the last by (timestamp, source_sequence with null first, message_id)."""

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ({"timestamp": 1, "source_sequence": 9}, {"timestamp": 2, "source_sequence": 1}),
            ({"source_sequence": 9}, {"source_sequence": 10}),
            ({"source_sequence": None}, {"source_sequence": -5}),
            ({"source_sequence": 1, "message_id": "z"}, {"source_sequence": 2, "message_id": "a"}),
            ({"message_id": "10"}, {"message_id": "9"}),
            ({"message_id": ""}, {"message_id": "0"}),
            ({"message_id": "B"}, {"message_id": "a"}),
            ({"message_id": "\uff5e"}, {"message_id": "\U0001f600"}),
        ],
    )
    def test_ties(self, first: dict[str, Any], last: dict[str, Any]) -> None:
        rows = [trade(**{"message_id": "2", **last}, price="2"), trade(**{"message_id": "1", **first}, price="1")]

        assert (only(rows).open, only(rows).close) == (Decimal(1), Decimal(2))


class TestSides:
    @pytest.mark.parametrize(
        ("sides", "expected"),
        [
            ([None, None], None),
            ([None, "unknown", ""], None),
            ([None, "BUY", "Sell", ""], 1),
            (["sell", None], 0),
            (["buy", None], 1),
            (["buy", "sell", "buy", "unknown"], 2),
        ],
    )
    def test_bought(self, sides: list[str | None], expected: int | None) -> None:
        candle = only(numbered(*({"side": side} for side in sides)))

        assert candle.buy_volume == expected
        assert candle.buy_quote_volume == (None if expected is None else 100 * expected)

    @pytest.mark.parametrize(
        ("minutes", "expected"),
        [([None, None], None), ([None, "sell"], 0), ([None, "buy"], 1), (["sell", "buy"], 1), (["sell", None], 0)],
    )
    def test_merge_takes_an_unknown_as_zero_unless_all_are(
        self, minutes: list[str | None], expected: int | None
    ) -> None:
        rows = numbered(*({"side": side, "timestamp": n * MINUTE} for n, side in enumerate(minutes)))
        (merged,) = merge(candles(rows, MINUTE), 5 * MINUTE)

        assert merged.buy_volume == only(rows, 5 * MINUTE).buy_volume == expected


class TestRejection:
    @pytest.mark.parametrize(
        ("columns", "reason"),
        [
            ({}, None),
            ({"message_id": ""}, None),
            ({"side": "?", "source_sequence": None}, None),
            ({"message_id": None}, "null_message_id"),
            ({"symbol": None}, "null_symbol"),
            ({"exchange": None}, "null_exchange"),
            ({"timestamp": None}, "null_timestamp"),
            ({"price": None}, "null_price"),
            ({"quantity": None}, "null_quantity"),
            ({"price": "0"}, "price_not_positive"),
            ({"price": "-0.00000001"}, "price_not_positive"),
            ({"quantity": "0"}, "quantity_not_positive"),
            ({"quantity": "-1"}, "quantity_not_positive"),
        ],
    )
    def test_reason(self, columns: dict[str, Any], reason: str | None) -> None:
        assert rejection(trade(**columns)) == reason

    @pytest.mark.parametrize(
        ("columns", "reason"),
        [
            ({"message_id": None, "symbol": None, "exchange": None}, "null_message_id"),
            ({"exchange": None, "symbol": None}, "null_symbol"),
            ({"quantity": None, "price": "0"}, "null_quantity"),
            ({"quantity": "0", "price": "0"}, "price_not_positive"),
        ],
    )
    def test_the_first_reason_in_order_is_given(self, columns: dict[str, Any], reason: str) -> None:
        assert rejection(trade(**columns)) == reason

    def test_invalid_trades_make_no_candle(self) -> None:
        assert candles([trade(price="0"), trade(timestamp=None)], MINUTE) == []


class TestDistinct:
    @pytest.mark.parametrize("column", ["exchange", "symbol", "timestamp", "message_id"])
    def test_another_identity_is_another_trade(self, column: str) -> None:
        other = trade(**{column: 7 if column == "timestamp" else "7"})

        assert distinct([trade(), other], "id-time") == [trade(), other]

    def test_an_id_is_one_trade_within_its_minute(self) -> None:
        copy, another = trade(timestamp=MINUTE - 1), trade(timestamp=MINUTE)

        assert distinct([trade(), copy, another]) == [copy, another]
        assert distinct([copy, trade(), another], "id-time") == [copy, trade(), another]

    @pytest.mark.parametrize(
        ("winner", "loser"),
        [
            ({"ingestion_timestamp": 2, "platform_sequence": 1}, {"ingestion_timestamp": 1, "platform_sequence": 2}),
            ({"ingestion_timestamp": -1}, {}),
            ({"ingestion_timestamp": 1}, {"platform_sequence": 9}),
            ({"platform_sequence": 2, "price": "1"}, {"platform_sequence": 1, "price": "2"}),
            ({"platform_sequence": 0}, {"price": "999"}),
            ({"platform_sequence": 1, "timestamp": 1}, {"timestamp": 2}),
            ({"timestamp": 2}, {"timestamp": 1, "price": "999"}),
            ({"price": "101", "quantity": "1"}, {"price": "100", "quantity": "2"}),
            ({"price": "100.00000001"}, {"price": "100"}),
            ({"quantity": "2"}, {"quantity": "1", "side": "sell", "source_sequence": 9}),
            ({"side": "sell"}, {"side": "buy", "source_sequence": 9}),
            ({"side": ""}, {"source_sequence": 9}),
            ({"source_sequence": 1}, {"source_sequence": 0}),
            ({"source_sequence": -1}, {}),
        ],
    )
    def test_the_greatest_copy_wins(self, winner: dict[str, Any], loser: dict[str, Any]) -> None:
        copies = [trade(**winner), trade(**loser)]

        assert distinct(copies) == distinct(copies[::-1]) == [trade(**winner)]

    def test_an_invalid_copy_never_wins(self) -> None:
        assert distinct([trade(), trade(price="-5", ingestion_timestamp=9)]) == [trade()]

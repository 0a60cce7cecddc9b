"""Theme: candles with exact numbers."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from engines.base import CandleQuery
from engines.domain.candle import CANDLES
from engines.domain.results import Origin, Status
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, M5, MINUTE, Timeframe, isoformat
from engines.testing.foreign import USED, foreign_source
from engines.testing.history import History, trade
from engines.testing.oracle import Trade
from engines.testing.strategies import LARGEST, MESSAGE_IDS, MIDNIGHT, NULLED, SEQUENCES, SERIES, SMALLEST
from engines.testing.suite.kit import NOW, Kit, NewLake, prove, started, target

PRECEDENCE = ["ingestion_timestamp", "platform_sequence", "timestamp", "price", "quantity", "side", "source_sequence"]
"""Columns that decide between copies of a trade, in this order."""


def built(history: History, *deliveries: Sequence[Trade], timeframe: Timeframe = M1) -> list[dict[str, Any]]:
    """Append each delivery in a commit of its own, run once, prove the candles, and return the rows of the table."""
    for delivery in deliveries:
        history.append(delivery)
    history.run(NOW, timeframe)
    prove(history, timeframe)
    found: list[dict[str, Any]] = target(history, timeframe).scan().to_arrow().to_pylist()
    return found


class Numbers(Kit):
    """Tests that every candle equals the oracle's candle of the same trades, to the last digit."""

    def test_a_candle_has_all_columns_in_table_order_and_their_types(self, history: History) -> None:
        built(history, [trade(MIDNIGHT + 7, price="2.5", quantity="3", side="buy")])
        table = history.lake.candles(CandleQuery(timeframe=M1)).read_all()
        types = dict(zip(table.schema.names, table.schema.types, strict=True))

        assert table.schema.names == [column.name for column in CANDLES]
        assert types["window_start"] == types["updated_at"] == pa.timestamp("us", "UTC")
        assert (types["vwap"], types["volume"]) == (pa.decimal128(18, 8), pa.decimal128(38, 8))
        assert types["quote_volume"] == pa.decimal128(38, 16)

    def test_trades_of_one_instant_are_ordered_by_sequence_with_null_first_then_by_id(self, history: History) -> None:
        tied = [
            trade(MIDNIGHT, f"{message_id}{n}", price=str(n + 1), source_sequence=sequence)
            for n, (message_id, sequence) in enumerate((m, s) for m in MESSAGE_IDS for s in SEQUENCES)
        ]
        built(history, tied[::2], tied[1::2])

    def test_ids_are_ordered_by_code_point(self, history: History) -> None:
        pairs = [("9", "10"), ("a", "B"), ("\uff5e", "\U0001f600"), ("", "0")]
        built(
            history,
            [
                trade(MIDNIGHT + hour * HOUR, message_id, price=str(n + 1))
                for hour, pair in enumerate(pairs)
                for n, message_id in enumerate(pair)
            ],
        )

    def test_copies_in_one_file_and_in_several_count_once(self, history: History) -> None:
        some = [trade(MIDNIGHT + n, str(n)) for n in range(5)]
        for delivery in ([*some, some[0]], some[:2], some[2:]):
            history.append(delivery)
        (table,) = history.run(NOW, M1)

        assert (table.trades_read, table.duplicates) == (11, 6)
        prove(history, M1)

    def test_of_copies_that_differ_the_greatest_counts_and_null_is_the_least(self, history: History) -> None:
        """Each hour tests one column: copies differ in it and in all later columns, which favour the losing copy."""
        first, second = list[Trade](), list[Trade]()
        for hour, column in enumerate(PRECEDENCE):
            later, start = PRECEDENCE[hour + 1 :], MIDNIGHT + hour * HOUR
            low = {"timestamp": start + 1, "price": Decimal(2), "quantity": Decimal(2), "side": "buy"}
            high = {"timestamp": start + 9, "price": Decimal(9), "quantity": Decimal(9), "side": "sell"}
            worse, better = ({c: those.get(c, rest) for c in later} for those, rest in ((low, 1), (high, 9)))
            value = {"timestamp": start + 3, "price": Decimal(3), "quantity": Decimal(3), "side": "sell"}
            other = {"timestamp": start + 2, "price": Decimal(2), "quantity": Decimal(2), "side": "buy"}
            same: dict[str, Any] = {"price": Decimal(1), "quantity": Decimal(1)}
            winner = same | worse | {column: value.get(column, 3)}
            loser = same | better | {column: other.get(column)}
            one = trade(start, "1")
            first += [trade(start, "0", price="7", side="sell", source_sequence=2), trade(start + 1, "z", price="5")]
            first += [replace(one, **loser), replace(one, **winner)]
            second.append(replace(one, **loser))
        built(history, first, second)

    def test_windows_with_copies_that_agree_that_differ_and_with_none_stand_side_by_side(
        self, history: History
    ) -> None:
        def minute(number: int, **columns: Any) -> list[Trade]:  # noqa: ANN401 - a trade's columns
            start = MIDNIGHT + number * MINUTE
            return [trade(start + n, f"{number}.{n}", price=str(n + 1), quantity="0.3", **columns) for n in range(4)]

        agreeing, differing, alone, unsided = minute(0, side="buy"), minute(1, side="sell"), minute(2), minute(3)
        last_of_its_minute = replace(differing[-1], price=Decimal(100), side="buy", ingestion_timestamp=1)
        copies = [*agreeing, *agreeing, differing[0], last_of_its_minute, *unsided[2:]]
        built(history, [*agreeing, *differing, *alone, *unsided], copies)

    def test_an_invalid_copy_takes_no_place(self, history: History) -> None:
        good = trade(MIDNIGHT, "1", price="5", ingestion_timestamp=1)
        built(history, [good, trade(MIDNIGHT, "1", price="0", ingestion_timestamp=9)])

    def test_equal_rows_of_other_ids_or_series_or_times_are_other_trades(self, history: History) -> None:
        several = [trade(MIDNIGHT, "1", exchange=exchange, symbol=symbol) for exchange, symbol in SERIES]
        found = built(history, [*several, trade(MIDNIGHT, "2"), trade(MIDNIGHT + MINUTE, "1")])

        assert sum(row["trade_count"] for row in found) == 6

    def test_invalid_trades_are_left_out_and_counted_by_reason(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(), USED)
        spoiled = [{"price": Decimal(0)}, {"price": -SMALLEST}, {"quantity": Decimal(0)}, {"price": Decimal(0)}]
        nulled = [change for change in NULLED if "timestamp" not in change]
        bad = [replace(trade(MIDNIGHT + n, f"bad {n}"), **change) for n, change in enumerate([*spoiled, *nulled])]
        history.append([trade(MIDNIGHT, "good"), *bad])
        (table,) = history.run(NOW, M1)

        assert {r.reason: r.count for r in table.rejected} == {
            "price_not_positive": 3,
            "quantity_not_positive": 1,
            "null_message_id": 2,
            **dict.fromkeys(("null_symbol", "null_exchange", "null_quantity"), 1),
            "null_price": 2,
        }
        prove(history, M1)

    def test_a_trade_without_a_time_harms_nobody(self, new_lake: NewLake) -> None:
        history = foreign_source(new_lake(), USED)
        timeless = replace(trade(MIDNIGHT, "2"), timestamp=None)
        history.append([trade(MIDNIGHT, "1"), timeless, trade(MIDNIGHT + HOUR, "3")])
        history.run(NOW, M1)

        prove(history, M1)

    def test_volumes_of_low_priced_coins_are_exact(self, history: History) -> None:
        coins = [trade(MIDNIGHT + n, str(n), price=str(SMALLEST), quantity=str(LARGEST)) for n in range(50)]
        (row,) = built(history, coins)

        assert row["volume"] == 50 * LARGEST > Decimal(10) ** 10

    def test_sums_reach_the_last_of_their_38_digits(self, history: History) -> None:
        most = [trade(MIDNIGHT + n, str(n), price=str(LARGEST), quantity=str(LARGEST), side="buy") for n in range(100)]
        built(history, most)

    @pytest.mark.parametrize("side", [None, "buy"])
    @pytest.mark.parametrize("copies", [0, 1])
    def test_a_sum_beyond_38_digits_publishes_nothing_and_names_the_window(
        self, history: History, side: str | None, copies: int
    ) -> None:
        most = [trade(MIDNIGHT + n, str(n), price=str(LARGEST), quantity=str(LARGEST), side=side) for n in range(101)]
        history.append([*most, *most[:copies], trade(MIDNIGHT + HOUR, "other")])
        refresh = history.aggregate(NOW, M1)
        (table,) = refresh.tables

        assert (refresh.exit_code, table.status) == (3, Status.FAILED)
        assert isoformat(MIDNIGHT) in str(table.failure)
        assert "BTCUSDT" in str(table.failure)
        assert target(history).current_snapshot() is None

    def test_copies_that_would_not_fit_are_no_overflow(self, history: History) -> None:
        most = [trade(MIDNIGHT + n, str(n), price=str(LARGEST), quantity=str(LARGEST)) for n in range(60)]
        built(history, most, most)

    @pytest.mark.parametrize("alone", [False, True])
    def test_a_coarser_window_may_be_too_much_where_its_minutes_are_not(self, history: History, alone: bool) -> None:
        """The sum overflows whether the window is merged from 1m candles or (`alone`) folded from trades."""
        most = {"price": str(LARGEST), "quantity": str(LARGEST)}
        history.append([trade(MIDNIGHT + n % 2 * MINUTE, str(n), **most) for n in range(102)])
        refresh = history.aggregate(NOW, *([M5] if alone else [M1, M5]))

        assert refresh.exit_code == 3
        assert [table.status for table in refresh.tables][-1] is Status.FAILED
        assert isoformat(MIDNIGHT) in str(refresh.tables[-1].failure)
        assert target(history, M5).current_snapshot() is None

    def test_vwap_is_rounded_half_up(self, history: History) -> None:
        """Each hour is one case, in unscaled numbers: 1.5 is rounded to 2, 4/3 to 1, 5/3 and 11/6 to 2."""
        cases = [
            ([(1, 1), (2, 1)], 2),
            ([(1, 2), (2, 1)], 1),
            ([(1, 1), (2, 2)], 2),
            ([(1, 3), (2, 1), (3, 1), (3, 1)], 2),
            ([(10**18 - 1, 3), (10**18 - 2, 3)], 10**18 - 1),
        ]
        some = [
            trade(MIDNIGHT + h * HOUR + n, str(n), *(str(Decimal(amount).scaleb(-8)) for amount in amounts))
            for h, (case, _) in enumerate(cases)
            for n, amounts in enumerate(case)
        ]
        found = sorted(built(history, some), key=lambda row: str(row["window_start"]))

        assert [row["vwap"] for row in found] == [Decimal(vwap).scaleb(-8) for _, vwap in cases]

    def test_buys_are_null_only_where_no_trade_has_a_side(self, history: History) -> None:
        hours: list[list[str | None]] = [[None, None], ["buy", None], ["sell", None], ["BUY", ""], ["sell", "buy"]]
        some = [
            trade(MIDNIGHT + hour * HOUR + n * MINUTE, f"{hour}.{n}", side=side)
            for hour, sides in enumerate(hours)
            for n, side in enumerate(sides)
        ]
        for first in range(2):
            history.append(some[first::2])
        history.run(NOW, M1, M5)

        prove(history, M1, M5)

    def test_every_microsecond_belongs_to_one_window(self, history: History) -> None:
        edges = [MIDNIGHT + d * DAY + h * HOUR + m * MINUTE for d in (0, -1) for h in (0, 1) for m in (0, 1, 5, 30)]
        history.append([trade(e + off, f"{e}{off}") for e in edges for off in (-1, 0, 1)])
        history.run(NOW)

        prove(history, *DEFAULT_TIMEFRAMES)

    def test_a_merge_of_minutes_is_the_fold_of_trades(self, new_lake: NewLake) -> None:
        some = [
            trade(MIDNIGHT + n * 7 * MINUTE, str(n), price=f"{n % 5 + 1}.3", side=("buy", None, "sell")[n % 3])
            for n in range(100)
        ]
        merged, folded = started(new_lake()), started(new_lake())
        for history in (merged, folded):
            history.append(some)
        origins = [table.origin for table in (*merged.prepare(NOW, M1), *merged.run(NOW, H1, D1))]
        origins += [table.origin for timeframe in (H1, D1) for table in folded.run(NOW, timeframe)]

        assert origins == [Origin.TRADES, Origin.CANDLES, Origin.CANDLES, Origin.TRADES, Origin.TRADES]
        prove(merged, M1, H1, D1)
        prove(folded, H1, D1)

    def test_names_that_need_quoting_are_names_like_any_other(self, history: History) -> None:
        names = [("\uff5e", "x"), ("\U0001f600", "y"), ("", ""), ("a'b", 'c"d'), ("x" * 200, "%20/../")]
        built(history, [trade(MIDNIGHT + n, str(n), symbol=s, exchange=e) for n, (s, e) in enumerate(names)])

"""Validate: what is looked at, what is told, what is left out and why."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest
from pyiceberg.io.pyarrow import schema_to_pyarrow

from engines.base import EngineConfig
from engines.domain.decimals import SCALE
from engines.domain.findings import MOST_EXAMPLES
from engines.domain.limits import Limits
from engines.domain.results import Rejected, Status
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import D1, DAY, DEFAULT_TIMEFRAMES, HOUR, M1, M5, M30, MINUTE, Timeframe
from engines.embedded import Folded, Intervals, Rows, TradeRows
from engines.embedded.sums import sums_frame, sums_table
from engines.errors import UsageError
from engines.lake import Lake
from engines.polars.engine import PolarsEngine
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

if TYPE_CHECKING:
    from tests.engines.validation.conftest import Inspection


class Counting(PolarsEngine):
    """Remembers how many candles it read at a time."""

    def __init__(self, config: EngineConfig) -> None:
        super().__init__(config)
        self.rows_read: list[int] = []

    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> pa.Table:
        found = super().rows(table, column, intervals, columns)
        self.rows_read.append(found.num_rows)
        return found


class Miscounting(PolarsEngine):
    """Finds a mean price just above the highest."""

    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        folded = super().fold(trades, intervals)
        above = (pl.col("high_price") + 1) * pl.col("volume")
        return replace(folded, sums=sums_table(sums_frame(folded.sums, SCALE).with_columns(quote_volume=above), SCALE))


ROW_LAWS = ["price_order", "vwap_in_range", "positive", "window_alignment", "unique"]


def change(inspection: "Inspection", timeframe: Timeframe, where: str, **columns: Any) -> None:  # noqa: ANN401
    """Another writer overwrites rows: other values in some columns."""
    table = inspection.lake.tables.target(timeframe)
    schema = schema_to_pyarrow(table.schema(), include_field_ids=False)
    rows = [row | columns for row in table.scan(where).to_arrow().to_pylist()]
    table.overwrite(pa.Table.from_pylist(rows, schema=schema), overwrite_filter=where)


def before(hour: int) -> str:
    return f"window_start < '2024-03-01T{hour:02}:00:00+00:00'"


class TestReport:
    """Per table and invariant: rows checked, rows broken, the first of them with their values."""

    def test_all_invariants_of_all_tables(self, filled: "Inspection") -> None:
        validation = filled.validate(against_trades=True, deep=True, max_lag=dict.fromkeys(DEFAULT_TIMEFRAMES, 0))

        assert validation.broken == 0
        assert [table.timeframe for table in validation.tables] == list(DEFAULT_TIMEFRAMES)
        for table in validation.tables:
            rollup = [] if table.timeframe == M1 else ["rollup"]
            names = [finding.invariant for finding in table.findings]
            assert names == ["integrity", *ROW_LAWS, *rollup, "against_trades", "freshness"]
            assert all(finding.sentence for finding in table.findings)
        assert [[f.checked for f in t.findings] for t in validation.tables] == [
            [2, *[96] * 5, 96, 1],
            *[[2, *[rows] * 6, rows, 1] for rows in (96, 48, 48)],
            [1, *[2] * 6, 2, 1],
        ]

    def test_the_first_twenty_are_shown_and_all_are_counted(self, filled: "Inspection") -> None:
        change(filled, M1, before(16), low_price=Decimal("1.00000001"))
        finding = filled.finding(M1, "price_order")

        assert (finding.checked, finding.broken, len(finding.examples)) == (96, 32, MOST_EXAMPLES)
        first = finding.examples[0]
        assert (first.exchange, first.symbol, first.window_start) == ("binance", "BTCUSDT", MIDNIGHT)
        assert first.problem == "low <= open, close <= high"
        assert (first.values["low_price"], first.values["open_price"]) == ("1.00000001", "1.00000000")
        assert [e.window_start for e in finding.examples] == [
            MIDNIGHT + n * HOUR + m * MINUTE for n in range(10) for m in (0, 7)
        ]

    def test_stamps_are_nobodys_business(self, filled: "Inspection") -> None:
        change(
            filled, M1, before(5), created_at=filled.lake.tables.target(M1).scan().to_arrow()["window_end"][0].as_py()
        )

        assert filled.validate(against_trades=True).broken == 0

    def test_a_range(self, filled: "Inspection") -> None:
        change(filled, M1, before(16), vwap=Decimal(2))
        span = {"start": MIDNIGHT + 2 * HOUR, "end": MIDNIGHT + 4 * HOUR}
        for name in ("vwap_in_range", "against_trades"):
            finding = filled.finding(M1, name, against_trades=True, **span)

            assert (finding.checked, finding.broken) == (4, 4)
            assert finding.examples[0].window_start == MIDNIGHT + 2 * HOUR

    @pytest.mark.parametrize("span", [{"start": MIDNIGHT + 16 * HOUR}, {"end": MIDNIGHT}])
    def test_what_lies_outside_of_the_range_is_not_looked_at(self, filled: "Inspection", span: dict[str, int]) -> None:
        change(filled, M1, before(16), vwap=Decimal(2))

        assert filled.validate(M1, M5, against_trades=True, **span).broken == 0

    def test_a_window_that_the_range_cuts_is_not_compared(self, filled: "Inspection") -> None:
        """An hour of which half is asked for would not be the merge of the other half."""
        validation = filled.validate(
            start=MIDNIGHT + 3 * MINUTE, end=MIDNIGHT + 25 * HOUR + 3 * MINUTE, against_trades=True
        )

        assert validation.broken == 0

    def test_empty_tables_have_nothing_to_check(self, empty: "Inspection") -> None:
        empty.history.run(empty.now)
        validation = empty.validate(against_trades=True, deep=True)

        assert validation.broken == 0
        assert {f.checked for t in validation.tables for f in t.findings} == {0}


class TestMemory:
    """A table larger than memory: batch by batch, and the same is found."""

    @pytest.mark.parametrize("most", [pytest.param(1, marks=pytest.mark.long), 7, 50])
    def test_small_batches_find_the_same(self, filled: "Inspection", most: int) -> None:
        change(filled, M1, before(16), vwap=Decimal(2))
        change(filled, M30, before(3), volume=Decimal(7))
        filled.lake.tables.target(M5).append(filled.lake.tables.target(M5).scan(before(9)).to_arrow())
        whole = filled.validate(against_trades=True)
        limits = Limits(recomputed=most, checked=most)
        counting = Counting(replace(filled.lake.engine.config, limits=limits))
        filled.lake = Lake(counting)

        assert filled.validate(against_trades=True).tables == whole.tables
        assert whole.broken > 40
        # A batch of the trades is a day at the least: 48 rows of candles, and 18 more of the doubled ones.
        assert max(counting.rows_read) <= 66
        counting.rows_read.clear()
        assert filled.validate().broken
        assert max(counting.rows_read) <= max(4 * most, 8)


class TestAgainstTrades:
    """At the snapshot that the table recorded, whatever happened to the source since."""

    def test_tables_of_several_snapshots(self, filled: "Inspection") -> None:
        first = filled.history.table.metadata.current_snapshot_id
        filled.history.append([trade(MIDNIGHT + 1, "late", price="9")])
        filled.history.run(filled.now, M1)
        validation = filled.validate(against_trades=True)

        assert validation.broken == 0
        assert [source.snapshot_id for source in validation.sources] == [
            filled.history.table.metadata.current_snapshot_id,
            first,
        ]

    def test_tables_of_several_snapshots_are_not_held_against_each_other(self, filled: "Inspection") -> None:
        filled.history.append([trade(MIDNIGHT + 1, "late", price="9")])
        filled.history.run(filled.now, M1)

        assert filled.finding(D1, "rollup").checked == 0

    def test_rejected_trades_and_duplicates_are_listed(self, empty: "Inspection") -> None:
        good = [trade(MIDNIGHT + n * MINUTE, str(n)) for n in range(10)]
        bad = [trade(MIDNIGHT, f"p{n}", price="0") for n in range(25)] + [trade(MIDNIGHT + DAY, "q", quantity="-1")]
        empty.history.append([*good, *bad, *good[:3], good[0]])
        empty.history.run(empty.now)
        (source,) = empty.validate(against_trades=True).sources

        assert (source.trades_read, source.duplicates) == (40, 4)
        assert source.rejected == (
            Rejected(reason="price_not_positive", count=25),
            Rejected(reason="quantity_not_positive", count=1),
        )
        assert len(source.samples) == MOST_EXAMPLES
        assert source.samples[0]["price"] == "0.00000000"

    def test_an_expired_snapshot_is_a_question_to_the_user(self, filled: "Inspection") -> None:
        recorded = filled.history.table.metadata.current_snapshot_id
        filled.history.append([trade(MIDNIGHT + 1, "late", price="9")])
        filled.history.expire([recorded or 0])

        with pytest.raises(UsageError, match=f"equals snapshot {recorded} of .*, which is expired") as error:
            filled.validate(against_trades=True)
        assert "aggregate" in error.value.hint
        assert filled.validate().broken == 0

    def test_a_table_that_was_never_refreshed(self, empty: "Inspection") -> None:
        with pytest.raises(UsageError, match="records no snapshot"):
            empty.validate(against_trades=True)

    def test_another_source_under_the_same_name(self, filled: "Inspection") -> None:
        filled.history.replace([trade(MIDNIGHT, "1")])

        with pytest.raises(UsageError, match="records no snapshot"):
            filled.validate(against_trades=True)

    def test_frozen_candles_are_nobodys_claim(self, filled: "Inspection") -> None:
        request = PruneRequest(timeframes=(M1,), now=filled.now, run_id="p", retention={M1: DAY}, most=True)
        assert filled.lake.prune(request).tables[0].rows == 48
        filled.history.append([trade(MIDNIGHT + 1, "late")])
        filled.history.run(filled.now)
        validation = filled.validate(against_trades=True)

        assert validation.broken == 0
        assert [f.checked for t in validation.tables for f in t.findings if f.invariant == "rollup"] == [48, 24, 24, 1]

    def test_open_windows_are_nobodys_claim(self, filled: "Inspection") -> None:
        filled.history.append([trade(filled.now + n, str(n)) for n in range(3)])
        filled.history.run(filled.now + 1, include_open=True)
        filled.history.append([trade(filled.now + 9, "9")])
        filled.history.run(filled.now + 2)

        assert filled.validate(against_trades=True).broken == 0


class TestFreshness:
    """Only when a limit is given."""

    def test_a_table_that_is_behind(self, filled: "Inspection") -> None:
        filled.history.append([trade(filled.now + 1, "new")])
        filled.now += 2 * HOUR
        finding = filled.finding(M1, "freshness", max_lag={M1: HOUR})

        assert (finding.broken, finding.examples[0].problem) == (1, "7140 s behind, 3600 s allowed")
        assert filled.finding(M1, "freshness", max_lag={M1: 2 * HOUR}).broken == 0
        assert "freshness" not in {f.invariant for t in filled.validate().tables for f in t.findings}

    def test_a_source_at_rest_makes_nobody_late(self, filled: "Inspection") -> None:
        filled.now += 1000 * DAY

        assert filled.validate(max_lag=dict.fromkeys(DEFAULT_TIMEFRAMES, 0)).broken == 0


class TestImplausible:
    """Values that no candle can have must not stop the search for the others."""

    @pytest.mark.parametrize(
        "columns",
        [
            {"volume": Decimal("9" * 30)},
            {"volume": Decimal(0), "quote_volume": Decimal("9" * 22)},
            {"volume": Decimal("-0.00000001")},
            {"trade_count": 2**63 - 1},
            {"quote_volume": Decimal("9" * 22), "buy_quote_volume": Decimal("9" * 22), "buy_volume": Decimal("9" * 30)},
            {"quote_volume": Decimal("9" * 22), "volume": Decimal("0.00000001")},
        ],
    )
    def test_they_are_found_in_the_table_and_above_it(self, filled: "Inspection", columns: dict[str, Any]) -> None:
        change(filled, M1, before(1), **columns)
        validation = filled.validate(against_trades=True)
        broken = {(t.timeframe, f.invariant): f.broken for t in validation.tables for f in t.findings if f.broken}

        assert broken[M1, "against_trades"] == 2
        assert all(broken[t, "rollup"] >= 1 for t in DEFAULT_TIMEFRAMES if t != M1)

    def test_the_highest_price_there_is_is_plausible(self, empty: "Inspection") -> None:
        highest = "9999999999.99999999"
        empty.history.append([trade(MIDNIGHT + n * MINUTE, str(n), price=highest, quantity="0.3") for n in range(7)])
        empty.history.run(empty.now)
        validation = empty.validate(against_trades=True)

        assert validation.broken == 0
        assert [f.checked for t in validation.tables for f in t.findings if f.invariant == "rollup"] == [2, 1, 1, 1]


class TestOneDefinition:
    """The audit of a refresh uses the very invariants of `validate`."""

    def test_a_fold_that_is_wrong_publishes_nothing(self, filled: "Inspection") -> None:
        filled.history.lake = Lake(Miscounting(filled.lake.engine.config))
        filled.history.append([trade(MIDNIGHT + 1, "late")])
        heads = [filled.lake.tables.target(t).metadata_location for t in DEFAULT_TIMEFRAMES]
        refresh = filled.history.aggregate(filled.now)

        assert refresh.exit_code == 3
        assert {table.status for table in refresh.tables} == {Status.FAILED}
        assert "vwap_in_range" in str(refresh.tables[0].failure)
        assert [filled.lake.tables.target(t).metadata_location for t in DEFAULT_TIMEFRAMES] == heads


def test_foreign_files_are_read_too(filled: "Inspection") -> None:
    """Rows written past our code into a partition of their own are rows like others."""
    table = filled.lake.tables.target(M1)
    table.append(table.scan(before(1)).to_arrow())
    finding = filled.finding(M1, "unique")

    assert (finding.checked, finding.broken) == (98, 4)

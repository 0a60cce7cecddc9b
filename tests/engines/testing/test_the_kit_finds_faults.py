"""The kit is worth something: an engine with one fault fails the test that is about it."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from engines.base import EngineConfig, Observer
from engines.domain.candle import CANDLES
from engines.domain.decimals import SCALE
from engines.embedded import Folded, Intervals, Rows, TradeRows
from engines.embedded.sums import sums_frame, sums_table
from engines.iceberg.state import target_state
from engines.polars.engine import PolarsEngine
from engines.testing.suite import Conformance
from engines.testing.suite.kit import started
from engines.work import Rebuild, Rebuilt


class Faulty(PolarsEngine):
    """Sums as they should be, then spoilt."""

    def spoilt(self, sums: pl.DataFrame) -> pl.DataFrame:
        return sums

    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        folded = super().fold(trades, intervals)
        return replace(folded, sums=sums_table(self.spoilt(sums_frame(folded.sums, SCALE)), SCALE))


class OpensWithTheClose(Faulty):
    def spoilt(self, sums: pl.DataFrame) -> pl.DataFrame:
        return sums.with_columns(open_price="close_price", close_price="open_price")


class UsesFloats(Faulty):
    def spoilt(self, sums: pl.DataFrame) -> pl.DataFrame:
        return sums.with_columns(pl.col("quote_volume").cast(pl.Float64).cast(pl.Int128))


class HasNoNullBuys(Faulty):
    def spoilt(self, sums: pl.DataFrame) -> pl.DataFrame:
        return sums.with_columns(pl.col("buy_volume", "buy_quote_volume").fill_null(0))


class ForgetsSmallCandles(Faulty):
    def spoilt(self, sums: pl.DataFrame) -> pl.DataFrame:
        return sums.filter(pl.col("trade_count") > 1)


class Wraps(Faulty):
    def spoilt(self, sums: pl.DataFrame) -> pl.DataFrame:
        return sums.with_columns(pl.col("quote_volume").fill_null(pl.col("volume") * pl.col("low_price") // 1000))


class CountsNoCopies(PolarsEngine):
    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        return replace(super().fold(trades, intervals), duplicates=0)


class CountsNoRejections(PolarsEngine):
    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        return replace(super().fold(trades, intervals), rejected={})


class ReadsTheHead(PolarsEngine):
    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        head = trades.table.current_snapshot()
        assert head is not None
        paths = [task.file.file_path for task in trades.table.scan().plan_files()]
        spans = tuple(replace(trades.files[0], path=path) for path in paths)
        return super().fold(replace(trades, snapshot_id=head.snapshot_id, files=spans), intervals)


def undeleted(rows: Rows) -> pa.Table:
    """The rows of the files, whatever delete files say."""
    return pl.read_parquet([file.path.removeprefix("file://") for file in rows.files]).to_arrow()


class ReadsPastDeletes(PolarsEngine):
    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        from engines.polars.fold import fold_exactly, trades_view

        during = pl.any_horizontal(pl.col("timestamp").is_between(r.start, r.end - 1) for r in intervals)
        return fold_exactly(
            trades_view(pl.DataFrame(undeleted(trades)).lazy().filter(during), trades.scale),
            trades.scale,
            trades.identity,
            self.config.limits,
        )


class ReadsCandlesPastDeletes(PolarsEngine):
    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> pa.Table:
        if column != "window_start" or intervals is None:
            return super().rows(table, column, intervals, columns)
        instant = pl.col(column).to_physical()
        during = pl.any_horizontal(instant.is_between(r.start, r.end - 1) for r in intervals)
        wanted = pl.all() if columns is None else pl.col(*columns)
        return pl.DataFrame(undeleted(table)).filter(during).select(wanted).to_arrow()


class LosesColumns(PolarsEngine):
    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> pa.Table:
        return super().rows(table, column, intervals, [c.name for c in CANDLES] if columns is None else columns)


class SwapsWithoutComparing(PolarsEngine):
    def rebuild(self, work: Rebuild, observer: Observer) -> Rebuilt:
        fresh = target_state(self.tables.target(work.plan.timeframe))
        return super().rebuild(replace(work, target=fresh), observer)


FAULTS: dict[type[PolarsEngine], tuple[Callable[..., None], dict[str, object]]] = {
    OpensWithTheClose: (Conformance.test_trades_of_one_instant_are_ordered_by_sequence_with_null_first_then_by_id, {}),
    UsesFloats: (Conformance.test_sums_reach_the_last_of_their_38_digits, {}),
    HasNoNullBuys: (Conformance.test_buys_are_null_only_where_no_trade_has_a_side, {}),
    ForgetsSmallCandles: (Conformance.test_every_microsecond_belongs_to_one_window, {}),
    Wraps: (
        Conformance.test_a_sum_beyond_38_digits_publishes_nothing_and_names_the_window,
        {"side": None, "copies": 0},
    ),
    CountsNoCopies: (Conformance.test_copies_in_one_file_and_in_several_count_once, {}),
    CountsNoRejections: (Conformance.test_copies_and_rejected_trades_are_listed, {}),
    ReadsTheHead: (Conformance.test_only_the_recorded_snapshot_matters, {}),
    ReadsPastDeletes: (Conformance.test_rows_deleted_by_position_are_gone, {"scoped": True}),
    ReadsCandlesPastDeletes: (Conformance.test_rows_that_were_deleted_stay_deleted_and_doubled_ones_doubled, {}),
    LosesColumns: (Conformance.test_a_foreign_column_is_carried_over, {}),
    SwapsWithoutComparing: (Conformance.test_a_run_that_is_always_beaten_changes_nothing_and_is_exit_5, {}),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_an_engine_with_a_fault_does_not_pass(fault: type[PolarsEngine], tmp_path: Path) -> None:
    class Kit(Conformance):
        engine_name = "faulty"

        @classmethod
        def open(cls, config: EngineConfig) -> PolarsEngine:
            return fault(config)

    test, arguments = FAULTS[fault]
    new_lake = Kit.lakes(tmp_path)
    fixtures = {"new_lake": new_lake, "history": started(new_lake())}
    wanted = {name: fixture for name, fixture in fixtures.items() if name in inspect.signature(test).parameters}
    with pytest.raises(AssertionError):
        test(Kit(), **wanted, **arguments)

"""Where trades have gone from the source: refuse, recompute, keep."""

import pytest

from engines.domain.changes import RemovedTrades
from engines.domain.results import Status
from engines.domain.timeframe import DAY, HOUR, MINUTE, Timeframe
from engines.testing.history import History, Place, everywhere, trade
from engines.testing.oracle import Candle
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import expire, rewrite_all

NOW = MIDNIGHT + DAY
HOURS = [MIDNIGHT + n * HOUR for n in range(6)]


def fill(history: History) -> None:
    """Six hours, a file each, with two trades in the same minute and two in others."""
    history.append([trade(h + m, f"{h}.{m}") for h in HOURS for m in (0, 1, 10 * MINUTE, 50 * MINUTE)])
    history.run(NOW)


def first_hours(place: Place) -> bool:
    return place.rank < 2


class TestRefuse:
    """The default: stop where whole windows would lose all their trades."""

    def test_lost_files_fail_all_tables_with_the_choice_explained(self, history: History) -> None:
        fill(history)
        before = {timeframe: history.candles(timeframe) for timeframe in Timeframe}
        history.drop_files(first_hours)
        refresh = history.aggregate(NOW)

        assert refresh.exit_code == 2
        assert {table.status for table in refresh.tables} == {Status.FAILED}
        assert all("trades.removed" in table.error for table in refresh.tables)
        assert {timeframe: history.candles(timeframe) for timeframe in Timeframe} == before

    def test_the_refusal_stays_until_somebody_chooses(self, history: History) -> None:
        fill(history)
        history.drop_files(first_hours)
        codes = [history.aggregate(NOW).exit_code for _ in range(2)]
        history.append([trade(HOURS[5] + 2, "new")])
        codes.append(history.aggregate(NOW).exit_code)
        history.run(NOW, removed=RemovedTrades.RECOMPUTE)

        assert codes == [2, 2, 2]
        history.prove(NOW)

    def test_a_dry_run_refuses_as_the_run_would(self, history: History) -> None:
        fill(history)
        history.drop_files(first_hours)

        assert history.aggregate(NOW, dry_run=True).exit_code == 2

    def test_a_window_that_loses_some_of_its_trades_is_recomputed(self, history: History) -> None:
        fill(history)
        history.delete(HOURS[2] + 1, HOURS[2] + 2)
        history.run(NOW)

        history.prove(NOW)

    def test_a_correction_by_copy_on_write_is_recomputed(self, history: History) -> None:
        fill(history)
        history.overwrite(HOURS[2], HOURS[2] + 2, [trade(HOURS[2], "better", price="3")])
        history.run(NOW)

        history.prove(NOW)

    @pytest.mark.parametrize("scoped", [False, True])
    def test_rows_masked_one_and_all_are_refused_too(self, history: History, scoped: bool) -> None:
        fill(history)
        history.mask(first_hours, every=1, scoped=scoped)
        refresh = history.aggregate(NOW)

        assert refresh.exit_code == 2
        assert {table.status for table in refresh.tables} == {Status.FAILED}

    def test_a_compaction_loses_nothing(self, history: History) -> None:
        fill(history)
        history.compact(everywhere)

        assert {table.status for table in history.run(NOW)} == {Status.UP_TO_DATE}
        history.prove(NOW)

    def test_a_rollback_that_takes_windows_away_is_refused(self, history: History) -> None:
        fill(history)
        (first, *_) = [history.table.current_snapshot()]
        history.append([trade(NOW - MINUTE, "later")])
        history.run(NOW)
        assert first is not None
        history.go_to(first.snapshot_id)

        assert history.aggregate(NOW).exit_code == 2

    def test_trades_that_no_candle_was_ever_made_of_may_go(self, history: History) -> None:
        fill(history)
        history.append([trade(HOURS[5] + HOUR, "new")])
        history.compact(everywhere)
        history.delete(HOURS[5] + HOUR, HOURS[5] + 2 * HOUR)

        assert history.aggregate(NOW).exit_code == 0


class TestRecompute:
    """Candles follow the trades, and go with them."""

    def test_candles_go_with_their_trades(self, history: History) -> None:
        fill(history)
        history.drop_files(first_hours)
        tables = history.run(NOW, removed=RemovedTrades.RECOMPUTE)

        assert [table.candles_removed for table in tables[:4]] == [6, 6, 4, 2]
        history.prove(NOW)

    def test_an_emptied_source_leaves_empty_tables(self, history: History) -> None:
        fill(history)
        history.drop_files(everywhere)
        history.run(NOW, removed=RemovedTrades.RECOMPUTE)

        assert [history.candles(timeframe) for timeframe in Timeframe] == [[]] * 5


class TestKeep:
    """Candles stay when their trades go, and are frozen."""

    def test_candles_stay_and_the_fence_moves_past_the_last_lost_trade(self, history: History) -> None:
        fill(history)
        before = {timeframe: history.candles(timeframe) for timeframe in Timeframe}
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)

        assert {timeframe: history.candles(timeframe) for timeframe in Timeframe} == before
        fences = {table.fence for table in history.engine.status(now=NOW) if table.timeframe is not None}
        (fence,) = fences
        assert fence is not None
        assert HOURS[1] < fence <= HOURS[2]

    def test_a_late_trade_before_the_fence_changes_nothing_and_is_counted(self, history: History) -> None:
        fill(history)
        before = history.candles(Timeframe.M1)
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.append([trade(HOURS[0] + 2, "late", price="99")])
        tables = history.run(NOW, removed=RemovedTrades.KEEP)

        assert [table.frozen for table in tables] == [1] * 5
        assert history.candles(Timeframe.M1) == before

    def test_a_late_trade_behind_the_fence_is_taken_in(self, history: History) -> None:
        fill(history)
        frozen = [c for c in history.candles(Timeframe.M1) if c.window_start < HOURS[2]]
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.append([trade(HOURS[3] + 2, "late", price="99")])
        history.run(NOW, removed=RemovedTrades.KEEP)

        assert history.candles(Timeframe.M1) == frozen + history.truth(Timeframe.M1, NOW)

    def test_the_window_that_holds_the_fence_is_not_made_of_what_is_left_of_it(self, history: History) -> None:
        fill(history)
        history.append([trade(HOURS[2] + MINUTE, "inside")])
        history.run(NOW)
        before = history.candles(Timeframe.D1)
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.append([trade(HOURS[4], "late")])
        history.run(NOW, removed=RemovedTrades.KEEP)

        assert history.candles(Timeframe.D1) == before
        assert counts(history.candles(Timeframe.H1)) == [4, 4, 5, 4, 5, 4]

    def test_a_rebuild_leaves_what_is_frozen(self, history: History) -> None:
        fill(history)
        before = {timeframe: history.candles(timeframe) for timeframe in Timeframe}
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.run(NOW, removed=RemovedTrades.KEEP, rebuild=True)
        history.run(NOW, removed=RemovedTrades.RECOMPUTE, rebuild=True)

        assert {timeframe: history.candles(timeframe) for timeframe in Timeframe} == before

    def test_a_source_that_lost_everything_leaves_the_candles(self, history: History) -> None:
        fill(history)
        before = {timeframe: history.candles(timeframe) for timeframe in Timeframe}
        history.drop_files(everywhere)
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.append([trade(NOW + HOUR, "next")])
        history.run(NOW + DAY, removed=RemovedTrades.KEEP)

        assert history.candles(Timeframe.H1)[:-1] == before[Timeframe.H1]

    def test_the_fence_survives_a_lost_watermark(self, history: History) -> None:
        fill(history)
        before = {timeframe: history.candles(timeframe) for timeframe in Timeframe}
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)
        lake = history.engine.lake
        for timeframe in Timeframe:
            rewrite_all(lake.target(timeframe))
            table = lake.target(timeframe)
            expire(lake, table, [snapshot.snapshot_id for snapshot in table.metadata.snapshots])
        history.run(NOW, removed=RemovedTrades.KEEP)

        assert {timeframe: history.candles(timeframe) for timeframe in Timeframe} == before

    def test_a_source_that_was_replaced_by_a_younger_one_leaves_the_older_candles(self, history: History) -> None:
        fill(history)
        before = history.candles(Timeframe.M1)
        history.replace([trade(HOURS[3], "x"), trade(HOURS[4], "y")])
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.append([trade(HOURS[1], "late", price="9")])
        finest, *_ = history.run(NOW, removed=RemovedTrades.KEEP)

        assert finest.frozen == 1
        assert [c for c in history.candles(Timeframe.M1) if c.window_start < HOURS[3]] == before[:9]


def counts(candles: list[Candle]) -> list[int]:
    return [candle.trade_count for candle in candles]

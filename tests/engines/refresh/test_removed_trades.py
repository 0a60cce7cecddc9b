"""Where trades have gone from the source: ask, recompute, keep."""

import pyarrow as pa
import pytest

from engines.domain.losses import RemovedTrades
from engines.domain.results import TableRefresh
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, MINUTE, Timeframe, isoformat, to_datetime
from engines.errors import Unavailable
from engines.iceberg.publication import publish_watermark
from engines.iceberg.state import target_state
from engines.refresh.table import Run, refresh_table
from engines.testing.history import History, Place, everywhere, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.surgery import expire, rewrite_all

NOW = MIDNIGHT + DAY
HOURS = [MIDNIGHT + n * HOUR for n in range(6)]


def fill(history: History) -> None:
    """Six hours, a file each, with two trades in the same minute and two in others."""
    history.append([trade(h + m, f"{h}.{m}") for h in HOURS for m in (0, 1, 10 * MINUTE, 50 * MINUTE)])
    history.run(NOW)


def strange_candle(history: History, start: int) -> None:
    """Another program writes a candle of a series without trades into the 1m table, as a copy of one of ours."""
    table = history.lake.tables.target(M1)
    row = table.scan().to_arrow().slice(0, 1)
    strange = {"symbol": "DOGE", "window_start": to_datetime(start), "window_end": to_datetime(start + MINUTE)}
    for name, value in (strange | {"window_date": to_datetime(start).date()}).items():
        row = row.set_column(row.column_names.index(name), row.field(name), pa.array([value], row.field(name).type))
    table.append(row)


def taken_for_ours(history: History) -> None:
    """Record the watermark on top of what others wrote into the 1m table, as runs of former versions did."""
    state = target_state(history.lake.tables.target(M1))
    assert state.watermark is not None
    summary = state.watermark.summary(engine="polars", run_id="former", version="0")
    publish_watermark(history.lake.tables, state.table, summary)


def first_hours(place: Place) -> bool:
    return place.rank < 2


class TestAsk:
    """The default: stop where the oldest windows would lose all their trades, or very many."""

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

    def test_a_rollback_that_takes_windows_away_is_a_correction(self, history: History) -> None:
        fill(history)
        (first, *_) = [history.table.current_snapshot()]
        history.append([trade(NOW - MINUTE, "later")])
        history.run(NOW)
        assert first is not None
        history.go_to(first.snapshot_id)

        finest, *_ = history.run(NOW)

        assert finest.candles_removed == 1
        history.prove(NOW)

    def test_one_trade_alone_in_its_minute_stops_nothing(self, history: History) -> None:
        fill(history)
        history.append([trade(HOURS[0] + 30 * MINUTE, "bogus", symbol="DEAD")])
        history.run(NOW)
        history.delete(HOURS[0] + 30 * MINUTE, HOURS[0] + 31 * MINUTE)
        history.append([trade(HOURS[5] + 30 * MINUTE, "next")])
        tables = history.run(NOW)

        assert {table.candles_removed for table in tables} == {1}
        history.prove(NOW)

    def test_the_oldest_windows_are_asked_for_however_few(self, history: History) -> None:
        fill(history)
        history.delete(HOURS[0], HOURS[0] + 1 * MINUTE)
        refresh = history.aggregate(NOW)

        assert refresh.exit_code == 2
        assert "oldest" in str(refresh.tables[0].failure)

    def test_more_than_the_limit_is_asked_for_as_metadata_shows_it(self, history: History) -> None:
        fill(history)
        history.drop_files(lambda place: place.rank in (2, 3))
        codes = [history.aggregate(NOW, dry_run=True, removed_limit=limit).exit_code for limit in (3, 4)]

        assert codes == [2, 0]

    def test_behind_a_fence_the_oldest_windows_are_those_at_the_fence(self, history: History) -> None:
        fill(history)
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.mask(lambda place: place.rank == 0, every=1)

        assert history.aggregate(NOW).exit_code == 2

    def test_a_candle_that_never_had_trades_goes_without_a_question(self, history: History) -> None:
        fill(history)
        strange_candle(history, HOURS[0] - HOUR)
        (finest,) = history.run(NOW, M1, rebuild=True)

        assert finest.candles_removed == 1
        history.prove(NOW, M1)

    def test_a_candle_that_never_had_trades_is_not_said_to_have_lost_them(self, history: History) -> None:
        fill(history)
        strange_candle(history, HOURS[0] - HOUR)
        taken_for_ours(history)
        refresh = history.aggregate(NOW, M1, rebuild=True, removed=RemovedTrades.REFUSE)
        said = str(refresh.tables[0].failure)

        assert refresh.exit_code == 2
        assert "none were removed there" in said
        assert "lost" not in said

    def test_the_first_refusal_stops_coarser_tables_whatever_failed_before(
        self, history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(history)
        history.drop_files(first_hours)

        def busy(run: Run, timeframe: Timeframe) -> TableRefresh:
            if timeframe == M1:
                raise Unavailable("the storage is gone")
            return refresh_table(run, timeframe)

        monkeypatch.setattr("engines.refresh.run.refresh_table", busy)
        refresh = history.aggregate(NOW)

        assert [table.failure.exit_code for table in refresh.tables if table.failure] == [6, 2, 2, 2, 2]
        assert len({table.failure for table in refresh.tables[1:]}) == 1

    def test_trades_that_no_candle_was_ever_made_of_may_go(self, history: History) -> None:
        fill(history)
        history.append([trade(HOURS[5] + HOUR, "new")])
        history.compact(everywhere)
        history.delete(HOURS[5] + HOUR, HOURS[5] + 2 * HOUR)

        assert history.aggregate(NOW).exit_code == 0


class TestKeep:
    """Candles stay when their trades go, and are frozen."""

    def test_a_source_that_lost_everything_leaves_the_candles(self, history: History) -> None:
        fill(history)
        before = {timeframe: history.candles(timeframe) for timeframe in DEFAULT_TIMEFRAMES}
        history.drop_files(everywhere)
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.append([trade(NOW + HOUR, "next")])
        history.run(NOW + DAY, removed=RemovedTrades.KEEP)

        assert history.candles(H1)[:-1] == before[H1]

    def test_the_window_that_lost_a_part_is_said_to_be_frozen(self, history: History) -> None:
        fill(history)
        history.drop_files(first_hours)
        *_, daily = history.run(NOW, removed=RemovedTrades.KEEP)

        assert daily.frozen_until == MIDNIGHT + DAY
        assert f"candles before {isoformat(MIDNIGHT + DAY)} frozen" in daily.reason

    def test_the_fence_survives_a_lost_watermark(self, history: History) -> None:
        fill(history)
        before = {timeframe: history.candles(timeframe) for timeframe in DEFAULT_TIMEFRAMES}
        history.drop_files(first_hours)
        history.run(NOW, removed=RemovedTrades.KEEP)
        tables = history.lake.tables
        for timeframe in DEFAULT_TIMEFRAMES:
            rewrite_all(tables.target(timeframe))
            table = tables.target(timeframe)
            expire(tables, table, [snapshot.snapshot_id for snapshot in table.metadata.snapshots])
        history.run(NOW, removed=RemovedTrades.KEEP)

        assert {timeframe: history.candles(timeframe) for timeframe in DEFAULT_TIMEFRAMES} == before

    def test_a_source_that_was_replaced_by_a_younger_one_leaves_the_older_candles(self, history: History) -> None:
        fill(history)
        before = history.candles(M1)
        history.replace([trade(HOURS[3], "x"), trade(HOURS[4], "y")])
        history.run(NOW, removed=RemovedTrades.KEEP)
        history.append([trade(HOURS[1], "late", price="9")])
        finest, *_ = history.run(NOW, removed=RemovedTrades.KEEP)

        assert (finest.frozen, finest.frozen_until) == (1, HOURS[3])
        assert [c for c in history.candles(M1) if c.window_start < HOURS[3]] == before[:9]

    def test_a_late_trade_in_the_window_that_has_lost_some_is_told_after_a_lost_history_too(
        self, history: History
    ) -> None:
        """Nobody knows what has changed then; the window that the first trade left is in stays as it was."""
        fill(history)
        history.drop_files(lambda place: place.rank < 1)
        history.delete(HOURS[1], HOURS[1] + 1)
        history.append([trade(HOURS[1] + 2 * MINUTE, "late"), trade(HOURS[1] + 2, "late too")])
        expire(history.lake.tables, history.table, [s.snapshot_id for s in history.table.metadata.snapshots])
        finest, *_ = history.run(NOW, removed=RemovedTrades.KEEP)

        assert finest.frozen_until == HOURS[1] + MINUTE
        assert finest.frozen > 0
        assert history.run(NOW, removed=RemovedTrades.KEEP)[0].frozen == 0

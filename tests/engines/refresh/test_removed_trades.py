"""Where trades have gone from the source: refuse, recompute, keep."""

from engines.domain.changes import RemovedTrades
from engines.domain.timeframe import DAY, DEFAULT_TIMEFRAMES, H1, HOUR, M1, MINUTE
from engines.testing.history import History, Place, everywhere, trade
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

        assert finest.frozen == 1
        assert [c for c in history.candles(M1) if c.window_start < HOURS[3]] == before[:9]

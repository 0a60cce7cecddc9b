"""Theme: trades that are removed from the source, and the fence."""

import pytest

from engines.domain.results import Status
from engines.domain.timeframe import D1, H1, HOUR, M1, MINUTE, Timeframe
from engines.iceberg.state import target_state
from engines.testing.history import History, Place, everywhere, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import ASK, KEEP, NOW, RECOMPUTE, REFUSE, Kit, prove, rows, target

HOURS = [MIDNIGHT + n * HOUR for n in range(5)]


def fill(history: History, *timeframes: Timeframe) -> None:
    """Append five hours of trades, a file per hour: two in one minute, one in another; and make the candles."""
    history.append([trade(h + m, f"{h}.{m}") for h in HOURS for m in (0, 1, 10 * MINUTE)])
    history.prepare(NOW, *(timeframes or (M1,)))


def first_hours(place: Place) -> bool:
    """Pick the files of the first two hours."""
    return place.rank < 2


def third_hour(place: Place) -> bool:
    """Pick the file of the third hour."""
    return place.rank == 2


class Removals(Kit):
    """Tests of the ways to handle removed trades: ask, refuse, recompute, keep."""

    @pytest.mark.parametrize("masked", [False, True])
    def test_old_windows_that_would_become_empty_are_a_question(self, history: History, masked: bool) -> None:
        fill(history, M1, H1)
        before = [rows(history, timeframe) for timeframe in (M1, H1)]
        if masked:
            history.mask(first_hours, every=1)
        else:
            history.drop_files(first_hours)
        refresh = history.aggregate(NOW, M1, H1, removed=ASK)

        assert refresh.exit_code == 2
        assert {table.status for table in refresh.tables} == {Status.FAILED}
        assert all("trades.removed" in str(table.failure) for table in refresh.tables)
        assert [rows(history, timeframe) for timeframe in (M1, H1)] == before

    @pytest.mark.parametrize("masked", [False, True])
    def test_later_windows_that_would_become_empty_are_corrections(self, history: History, masked: bool) -> None:
        fill(history)
        if masked:
            history.mask(third_hour, every=1)
        else:
            history.drop_files(third_hour)
        (table,) = history.run(NOW, M1, removed=ASK, removed_limit=2)

        assert table.candles_removed == 2
        prove(history, M1)

    @pytest.mark.parametrize("options", [{"removed": ASK, "removed_limit": 1}, {"removed": REFUSE}])
    def test_more_windows_that_would_become_empty_than_allowed_are_a_question(
        self, history: History, options: dict[str, object]
    ) -> None:
        fill(history)
        before = rows(history)
        history.mask(third_hour, every=1)
        refresh = history.aggregate(NOW, M1, **options)

        assert refresh.exit_code == 2
        assert rows(history) == before

    def test_windows_that_lose_a_part_are_recomputed_unasked(self, history: History) -> None:
        fill(history)
        history.delete(HOURS[2] + 1, HOURS[2] + 2)
        history.run(NOW, M1, removed=REFUSE)

        prove(history, M1)

    def test_candles_go_with_their_trades_when_told_to(self, history: History) -> None:
        fill(history, M1, H1)
        history.drop_files(first_hours)
        tables = history.run(NOW, M1, H1, removed=RECOMPUTE)

        assert [table.candles_removed for table in tables] == [4, 2]
        prove(history, M1, H1)

    def test_an_emptied_source_leaves_an_empty_table(self, history: History) -> None:
        fill(history)
        history.drop_files(everywhere)
        history.run(NOW, M1, removed=RECOMPUTE)

        assert rows(history) == []

    def test_candles_are_kept_and_frozen_when_told_to(self, history: History) -> None:
        fill(history)
        before = rows(history)
        history.drop_files(first_hours)
        history.run(NOW, M1, removed=KEEP)
        fence = target_state(target(history)).fence
        assert fence is not None
        assert HOURS[1] < fence <= HOURS[2]
        history.append([trade(HOURS[0] + 2, "frozen", price="99"), trade(HOURS[3] + 2, "late", price="99")])
        (table,) = history.run(NOW, M1, removed=KEEP)
        after = rows(history)

        assert (table.frozen, table.candles_written) == (1, 1)
        assert [n for n, row in enumerate(after) if row != before[n]] == [6]

    @pytest.mark.parametrize("removed", [KEEP, RECOMPUTE])
    def test_a_rebuild_leaves_what_is_frozen(self, history: History, removed: object) -> None:
        fill(history, M1, H1)
        before = [rows(history, timeframe) for timeframe in (M1, H1)]
        history.drop_files(first_hours)
        history.prepare(NOW, M1, H1, removed=KEEP)
        history.run(NOW, M1, H1, removed=removed, rebuild=True)

        assert [rows(history, timeframe) for timeframe in (M1, H1)] == before

    def test_a_window_cut_by_the_fence_is_not_made_of_what_is_left_of_it(self, history: History) -> None:
        fill(history, M1, D1)
        before = rows(history, D1)
        history.drop_files(first_hours)
        history.prepare(NOW, M1, D1, removed=KEEP)
        history.append([trade(HOURS[4], "late")])
        history.run(NOW, M1, D1, removed=KEEP)

        assert rows(history, D1) == before

"""Theme: concurrent commits, failing commits and overlapping runs never leave a table half written."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engines.base import RefreshRequest, Silence
from engines.domain.results import Status, TableRefresh
from engines.domain.timeframe import H1, HOUR, M1
from engines.faults import Point, armed
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import NOW, Kit, NewLake, one_file_each, prove, rows, started, target
from engines.testing.surgery import rewrite_all


def fill(history: History) -> None:
    """Append a trade every six hours, make 1m and 1h candles, and append a late trade that awaits the next run."""
    history.append([trade(MIDNIGHT + n * HOUR, str(n)) for n in range(0, 24, 6)])
    history.prepare(NOW, M1, H1)
    history.append([trade(MIDNIGHT + 6 * HOUR + 1, "late", price="3")])


class Conflicts(Kit):
    """Tests of commits, each of which is atomic and succeeds only on the head that the run has seen."""

    def test_a_run_that_was_beaten_starts_again(self, history: History) -> None:
        """Another writer commits once between the run's reading and its commit; the second attempt succeeds."""
        fill(history)
        with armed(Point.REFRESHING, lambda: rewrite_all(target(history)), at=1):
            finest, _ = history.run(NOW, M1, H1)

        assert finest.status is Status.UPDATED
        prove(history, M1, H1)

    def test_a_run_that_is_always_beaten_changes_nothing_and_is_exit_5(self, new_lake: NewLake) -> None:
        history = started(new_lake(attempts=2))
        fill(history)
        before, others = rows(history), []

        def beat() -> None:
            rewrite_all(target(history))
            others.append(target(history).metadata.current_snapshot_id)

        with armed(Point.REFRESHING, beat):
            refresh = history.aggregate(NOW, M1)

        assert (refresh.exit_code, len(others)) == (5, 2)
        assert target(history).metadata.current_snapshot_id == others[-1]
        assert rows(history) == before
        history.run(NOW, M1, H1)
        prove(history, M1, H1)

    def test_runs_at_the_same_time_leave_the_oracles_candles(self, new_lake: NewLake) -> None:
        """Two engines refresh one lake at the same time; neither may undo the other's commits, whichever is first."""
        history = started(new_lake(attempts=50))
        fill(history)
        lakes = [history.lake, new_lake(beside=history.lake, attempts=50)]

        def runs(number: int) -> list[tuple[TableRefresh, ...]]:
            return [History(lakes[number]).run(NOW, M1) for _ in range(2)]

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(runs, range(2)))
        assert {table.table for each in results for refreshed in each for table in refreshed} == {
            history.lake.names.target(M1)
        }
        prove(history, M1)
        assert one_file_each(history)

    def test_a_commit_that_fails_shows_nothing_and_the_next_run_heals(self, history: History) -> None:
        fill(history)
        before, head = rows(history), target(history).metadata.current_snapshot_id
        with self.failing(history.lake, M1):
            refresh = history.aggregate(NOW, M1)

        assert refresh.exit_code in (5, 6, 7)
        assert (rows(history), target(history).metadata.current_snapshot_id) == (before, head)
        history.run(NOW, M1, H1)
        prove(history, M1, H1)
        assert set(target(history).metadata.refs) == {"main"}

    def test_a_table_that_fails_does_not_keep_the_others_from_it(self, history: History) -> None:
        fill(history)
        before = rows(history, H1)
        with self.failing(history.lake, H1):
            refresh = history.aggregate(NOW, M1, H1)

        assert refresh.exit_code != 0
        assert [table.status for table in refresh.tables] == [Status.UPDATED, Status.FAILED]
        prove(history, M1)
        assert rows(history, H1) == before
        history.run(NOW, H1)
        prove(history, H1)

    def test_a_run_broken_off_shows_nothing_and_the_next_one_heals(self, history: History) -> None:
        """Ctrl-C interrupts the run while it reads rows."""
        fill(history)
        before = rows(history)

        class Interrupting(Silence):
            def advanced(self, table: str, rows: int) -> None:  # noqa: ARG002
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            history.lake.aggregate(RefreshRequest(timeframes=(M1,), now=NOW, run_id="broken off"), Interrupting())

        assert rows(history) == before
        history.run(NOW, M1, H1)
        prove(history, M1, H1)

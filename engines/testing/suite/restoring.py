"""Theme: what was pruned can be made again as far as there are trades, and a table can go back to an older state."""

from collections.abc import Callable

import pytest

from engines.domain.results import Status
from engines.domain.retention import PruneRequest
from engines.domain.timeframe import DAY, H1, HOUR, M1, MINUTE, to_datetime
from engines.domain.upkeep import ReturnRequest, TableReturn, UpkeepStatus
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from engines.testing.suite.kit import KEEP, Kit, prove, rows, target

DAYS = [MIDNIGHT + n * DAY for n in range(4)]
NOW = MIDNIGHT + 4 * DAY


def fill(history: History) -> None:
    """Append trades of four days and make the candles."""
    history.append([trade(day + h * HOUR, f"{day}.{h}") for day in DAYS for h in range(3)])
    history.prepare(NOW, M1, H1)


def prune(history: History) -> None:
    """Drop all minutes but those of the last day."""
    request = PruneRequest(timeframes=(M1,), now=NOW, run_id="prune", retention={M1: DAY}, snapshots=False, force=True)
    assert history.lake.prune(request).exit_code == 0


def go_back(history: History, *, snapshot: str | None = None, before: int | None = None) -> TableReturn:
    """Go back to an older state of the minutes."""
    request = ReturnRequest(timeframes=(M1,), run_id="back", snapshot=snapshot, before=before)
    (table,) = history.lake.go_back(request).tables
    assert table.failure is None
    return table


def head(history: History) -> int:
    """The current snapshot of the minutes."""
    snapshot = target(history, M1).current_snapshot()
    assert snapshot is not None
    return snapshot.snapshot_id


def by_id(history: History) -> Callable[[History], TableReturn]:
    """Remember the current snapshot, to go back to it by its id."""
    snapshot_id = head(history)
    return lambda later: go_back(later, snapshot=str(snapshot_id))


def by_time(history: History) -> Callable[[History], TableReturn]:
    """Remember the time of the current snapshot, to go back to what was there then."""
    snapshot = target(history, M1).current_snapshot()
    assert snapshot is not None
    return lambda later: go_back(later, before=(snapshot.timestamp_ms + 1) * 1000)


class Restoring(Kit):
    """Tests of lifting the fence, and of going back."""

    def test_pruned_candles_are_made_again(self, history: History) -> None:
        fill(history)
        prune(history)
        history.append([trade(DAYS[0] + 5 * MINUTE, "late")])
        (frozen,) = history.run(NOW, M1)
        assert frozen.frozen == 1
        assert len(rows(history)) == 3

        (table, _) = history.run(NOW, M1, H1, lift=True)
        assert (table.fence_before, table.frozen_until) == (DAYS[3], None)
        prove(history, M1, H1, until=NOW)
        assert {t.status for t in history.run(NOW, M1, H1)} == {Status.UP_TO_DATE}

    def test_what_the_trades_do_not_give_stays(self, history: History) -> None:
        fill(history)
        history.drop_files(lambda place: place.rank < 5)
        history.prepare(NOW, M1, removed=KEEP)
        before = rows(history)
        (table,) = history.run(NOW, M1, lift=True)

        assert table.frozen_until == DAYS[1] + 2 * HOUR
        assert rows(history) == before

    @pytest.mark.parametrize("remember", [by_id, by_time])
    def test_an_older_state_comes_with_its_own_fence(
        self, history: History, remember: Callable[[History], Callable[[History], TableReturn]]
    ) -> None:
        """A late trade counts in candles that were pruned and are there again; it was ignored by their fence before."""
        fill(history)
        back = remember(history)
        before = rows(history)
        prune(history)
        pruned = head(history)
        found = back(history)

        assert (found.left, found.fence_left, found.fence) == (pruned, DAYS[3], None)
        assert rows(history) == before
        history.append([trade(DAYS[0] + 5 * MINUTE, "late")])
        history.run(NOW, M1)
        prove(history, M1, until=NOW)
        assert target(history, M1).properties["k2.fence"] == ""
        assert go_back(history, snapshot=str(pruned)).fence == DAYS[3]
        assert {row["window_start"] for row in rows(history)} == {to_datetime(DAYS[3] + h * HOUR) for h in range(3)}
        assert go_back(history, snapshot=str(pruned)).status is UpkeepStatus.NOTHING

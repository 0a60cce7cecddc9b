"""What is more than retention usually takes goes only with consent."""

from typing import TYPE_CHECKING

import pytest

from engines.domain.timeframe import DAY, M1, M5
from engines.domain.upkeep import UpkeepStatus
from engines.testing.history import trade
from engines.testing.strategies import MIDNIGHT

if TYPE_CHECKING:
    from tests.engines.upkeep.conftest import Keeping

FORTY_EIGHT = 6 * 8
"""Candles of six days, a trade each three hours."""


def refused(keeping: "Keeping", **options: object) -> str:
    """What a run says that may not drop most of a table."""
    before = keeping.table().metadata.current_snapshot_id
    prune = keeping.prune(most=False, **options)  # type: ignore[arg-type]
    failure = prune.tables[0].failure

    assert failure is not None
    assert (prune.exit_code, prune.tables[0].status) == (2, UpkeepStatus.FAILED)
    assert keeping.table().metadata.current_snapshot_id == before
    return f"{failure.message} ({failure.hint})"


class TestMost:
    """More than half of a table."""

    def test_it_is_refused_with_numbers_and_times(self, filled: "Keeping") -> None:
        assert refused(filled, days=2) == (
            f"market_data.gold_ohlcv_1m: 32 of {FORTY_EIGHT} candles would go, those from 2024-03-01T00:00:00Z to"
            " 2024-03-04T21:01:00Z, and with them more than half of the table"
            " (--force drops them; [retention] 1m = 'none' keeps them for ever)"
        )

    def test_a_plan_says_it_too(self, filled: "Keeping") -> None:
        planned = filled.prune(most=True, dry_run=True).tables[0]

        assert (planned.status, planned.excess) == (UpkeepStatus.PLANNED, "more than half of the table")
        assert (planned.rows, planned.held) == (32, FORTY_EIGHT)
        assert "more than half" in refused(filled, dry_run=True)

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_a_schedule_spares_it_and_that_is_no_failure(self, filled: "Keeping", dry_run: bool) -> None:
        before = filled.table().metadata.current_snapshot_id
        prune = filled.prune(most=False, spare=True, snapshots=False, dry_run=dry_run)
        (found,) = prune.tables

        assert (prune.exit_code, found.status, found.rows) == (0, UpkeepStatus.NOTHING, 0)
        assert (found.spared, found.held, found.excess) == (32, FORTY_EIGHT, "more than half of the table")
        assert filled.table().metadata.current_snapshot_id == before

    def test_what_is_not_too_much_goes_by_schedule_too(self, filled: "Keeping") -> None:
        found = filled.pruned(days=3, most=False, spare=True)

        assert (found.rows, found.spared) == (FORTY_EIGHT // 2, 0)

    def test_half_of_it_is_not_most(self, filled: "Keeping") -> None:
        assert filled.pruned(days=3, most=False).rows == FORTY_EIGHT // 2

    @pytest.mark.parametrize("consent", ["most", "force"])
    def test_it_goes_with_consent(self, filled: "Keeping", consent: str) -> None:
        assert filled.pruned(**{"most": False} | {consent: True}).rows == 32


class TestSeries:
    """All candles of a series, however few."""

    def test_it_is_refused_by_name(self, filled: "Keeping") -> None:
        filled.history.append([trade(MIDNIGHT + n, str(n), symbol=name) for n, name in enumerate(["OLD", "OLDER"])])
        filled.history.run(filled.now, M1, M5)

        assert "and with them all candles of binance OLD and 1 more" in refused(filled, days=5)

    def test_one_that_goes_on_is_pruned_like_others(self, filled: "Keeping") -> None:
        days = (0, 5)
        filled.history.append([trade(MIDNIGHT + n * DAY, str(n), symbol="ON") for n in days])
        filled.history.run(filled.now, M1, M5)

        assert filled.pruned(days=5, most=False).rows == 9


class TestOneOfTwo:
    """Only candles, or only snapshots and files."""

    def test_without_snapshots_none_expires_and_no_file_goes(self, filled: "Keeping") -> None:
        files, snapshots = filled.files().keys(), len(filled.table().metadata.snapshots)
        pruned = filled.pruned(snapshots=False, keep_snapshots=1, keep_age=-(10**18), orphans=True)

        assert (pruned.rows, pruned.snapshots_expired) == (32, 0)
        assert len(filled.table().metadata.snapshots) == snapshots + 1
        assert files <= filled.files().keys()

    def test_without_candles_none_is_dropped_and_no_fence_is_set(self, filled: "Keeping") -> None:
        pruned = filled.pruned(candles=False, most=False, keep_snapshots=1, keep_age=-(10**18))

        assert (pruned.rows, pruned.cutoff) == (0, None)
        assert pruned.snapshots_expired > 0
        filled.prove(0)

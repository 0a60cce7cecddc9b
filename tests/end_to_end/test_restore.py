"""`k2 ohlcv restore`: pruned candles come back as far as there are trades, or by going back to an older state."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

FIRST, SECOND = "2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z"
PRUNE = "ohlcv prune 1m --candles --older-than 1d --now 2024-03-03T00:00:00Z --force --yes"


@pytest.fixture
def pruned(desk: Any) -> Any:
    """Two days of candles, the minutes of the first one pruned."""
    desk.trade("2024-03-01T00:00:10Z", "2024-03-02T00:00:10Z")
    desk.aggregate()
    desk(PRUNE)
    assert desk.candles() == {SECOND: 1}
    return desk


def report(desk: Any, line: str, code: int = 0) -> dict[str, Any]:
    return dict(json.loads(desk(f"{line} -o json", code=code).stdout))


def test_it_lifts_the_fence_and_makes_again_what_the_trades_give(pruned: Any) -> None:
    plan = report(pruned, "ohlcv restore 1m --dry-run")["tables"][0]
    assert (plan["status"], plan["fence_before"], plan["fence"]) == ("planned", SECOND, None)
    assert pruned.candles() == {SECOND: 1}
    ran = pruned("ohlcv restore 1m")

    assert "the trades begin at 2024-03-01T00:00:10Z" in " ".join(ran.stdout.split())
    assert pruned.candles() == {FIRST: 1, SECOND: 1}
    pruned.trade("2024-03-01T00:00:20Z")
    pruned.aggregate()
    assert pruned.candles() == {FIRST: 2, SECOND: 1}
    pruned("ohlcv validate --against-trades")


def test_it_goes_back_to_a_snapshot_or_a_time_and_back_again(pruned: Any) -> None:
    table = pruned.table("ohlcv_1m")
    filled, head = table.metadata.snapshots[-2:]
    went = report(pruned, f"ohlcv restore 1m --snapshot {filled.snapshot_id}")["tables"][0]

    assert (went["status"], went["snapshot_before"]) == ("done", str(head.snapshot_id))
    assert (went["fence_before"], went["fence"]) == (SECOND, None)
    assert pruned.candles() == {FIRST: 1, SECOND: 1}
    pruned(f"ohlcv restore 1m --snapshot {head.snapshot_id}")
    assert pruned.candles() == {SECOND: 1}
    pruned("ohlcv restore 1m --before 2020-01-01", code=2)


def test_a_snapshot_that_is_not_kept_and_two_states_at_once_are_refused(pruned: Any) -> None:
    assert "it keeps 2, the oldest is" in pruned("ohlcv restore 1m --snapshot 7", code=2).stderr
    assert "both name a state" in pruned("ohlcv restore 1m --snapshot 7 --before 7d", code=2).stderr
    assert "one of one table" in pruned("ohlcv restore 1m 5m --snapshot 7", code=2).stderr

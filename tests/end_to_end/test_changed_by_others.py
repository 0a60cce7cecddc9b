"""Candle tables that others changed: an ordinary run makes them good and says so; what it cannot make again, too."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any

import pytest

FIRST, SECOND = "2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z"


@pytest.fixture
def built(desk: Any) -> Any:
    """Two days of candles."""
    desk.trade("2024-03-01T00:00:10Z", "2024-03-02T00:00:10Z")
    desk.aggregate()
    return desk


def test_candles_that_others_deleted_come_back_and_the_run_says_so(built: Any) -> None:
    built.table("ohlcv_1m").delete("window_date = '2024-03-02'")
    snapshot = built.table("ohlcv_1m").current_snapshot().snapshot_id
    planned = built.aggregate("--dry-run")["tables"][0]

    assert (planned["status"], planned["reason"]) == ("planned", "changed by others")
    assert built.candles() == {FIRST: 1}
    ran = built("ohlcv aggregate")
    assert f"others had changed candles, which are made again (1m: delete in snapshot {snapshot})" in ran.stdout
    assert built.candles() == {FIRST: 1, SECOND: 1}
    assert {t["status"] for t in built.aggregate()["tables"]} == {"up_to_date"}


def test_candles_before_the_fence_cannot_be_made_again_which_is_exit_3(built: Any) -> None:
    built.table("crypto_trades").delete("exchange_date = '2024-03-01'")
    built.aggregate(K2_TRADES__REMOVED="keep")
    built.table("ohlcv_1d").delete("window_date = '2024-03-01'")

    ran = built("ohlcv aggregate", code=3, K2_TRADES__REMOVED="keep")

    assert "ohlcv_1d: others changed up to 2 candles before 2024-03-02T00:00:00Z" in ran.stderr
    assert "cannot be made again" in ran.stderr
    assert built.candles() == {FIRST: 1, SECOND: 1}


def test_whoever_wants_to_look_first_chooses_refuse(built: Any) -> None:
    built.table("ohlcv_1m").delete("window_date = '2024-03-02'")

    ran = built("ohlcv aggregate", code=2, K2_CANDLES__OTHERS="refuse")

    assert "others have changed its candles since our newest snapshot (delete in snapshot" in ran.stderr
    assert "candles.others = 'heal'" in ran.stderr
    assert built.candles() == {FIRST: 1}

"""Trades that were removed from the source: no candle is lost unasked, and the choice is explained."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

FIRST, SECOND, THIRD = (f"2024-03-0{day}T00:00:00Z" for day in (1, 2, 3))


@pytest.fixture
def pruned(desk: Any) -> Any:
    """Two days of candles; the source has dropped the trades of the first day."""
    desk.trade("2024-03-01T00:00:10Z", "2024-03-02T00:00:10Z")
    desk.aggregate()
    desk.table("crypto_trades").delete("exchange_date = '2024-03-01'")
    return desk


def test_a_dropped_partition_is_refused_with_the_choice_explained(pruned: Any) -> None:
    for options in ("", "--dry-run --detailed-exit-code"):
        ran = pruned(f"ohlcv aggregate {options}", code=2)

        assert "the source has lost all trades of [2024-03-01T00:00:00Z, 2024-03-01T00:01:00Z)" in ran.stderr
        for word in ("trades.removed", "'keep'", "'recompute'"):
            assert word in ran.stderr
        assert "not done for the same reason: market_data.gold_ohlcv_5m" in ran.stderr
    assert pruned.candles() == {FIRST: 1, SECOND: 1}


@pytest.mark.parametrize(("choice", "left"), [("keep", {FIRST: 1}), ("recompute", {})])
def test_the_choice_goes_on(pruned: Any, choice: str, left: dict[str, int]) -> None:
    pruned.trade("2024-03-03T00:00:20Z")
    planned = pruned.aggregate("--dry-run", K2_TRADES__REMOVED=choice)
    kinds = [change["kind"] for change in planned["tables"][0]["changes"]]

    assert kinds == ["delete", "append"]
    pruned.aggregate(K2_TRADES__REMOVED=choice)
    assert pruned.candles() == pruned.candles("1d") == left | {SECOND: 1, THIRD: 1}
    assert {t["status"] for t in pruned.aggregate()["tables"]} == {"up_to_date"}


def test_a_retention_in_the_settings_freezes_what_is_older(pruned: Any) -> None:
    (pruned.folder / "k2.toml").write_text('[trades]\nretention = "12h"\n')
    pruned.aggregate("--now 2024-03-02T14:00:00Z")

    assert pruned.candles() == {FIRST: 1, SECOND: 1}
    status = json.loads(pruned("ohlcv status -o json").stdout)["tables"]
    assert [t["fence"] for t in status if t["timeframe"] == "1m"] == ["2024-03-02T02:00:00Z"]


def test_a_correction_of_single_trades_needs_no_choice(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z", "2024-03-01T00:00:20Z")
    desk.aggregate()
    desk.table("crypto_trades").delete("message_id = '2'")
    desk.aggregate()

    assert desk.candles() == {FIRST: 1}

"""A fence is named by whatever looks at the tables, and so is that nothing was looked at, or that others were there."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pytest

KEPT = "1m 5m 30m 1h kept from 2024-03-03 00:00; up to 2 trades lie before"


@pytest.fixture
def built(desk: Any) -> Any:
    """Two days of candles."""
    desk.trade("2024-03-01T00:00:10Z", "2024-03-02T00:00:10Z")
    desk.aggregate()
    return desk


@pytest.fixture
def pruned(built: Any) -> Any:
    """All candles pruned but those of a day, whose files hold a month."""
    built("ohlcv prune --candles --older-than 1d --now 2024-03-04T00:00:00Z --force --yes")
    return built


def checks(desk: Any) -> dict[str, Any]:
    ran = desk.run("doctor", "-o", "json", cwd=desk.folder)
    return {check["name"]: check for check in json.loads(ran.stdout)["checks"]}


def test_where_all_is_pruned_nobody_says_that_all_is_well(pruned: Any) -> None:
    assert KEPT in pruned("status").stdout
    assert KEPT in pruned("ohlcv aggregate --rebuild").stdout
    status = json.loads(pruned("status -o json").stdout)["tables"][1]
    assert (status["rows"], status["trades_before"]) == (0, 2)
    for command in ("ohlcv validate", "ohlcv validate --against-trades", "ohlcv validate 1h"):
        ran = pruned(command, code=3)
        said = " ".join(ran.stdout.split())
        assert "looked at nothing: kept from 2024-03-03T00:00:00Z; up to 2 trades lie before" in said, command
    found = checks(pruned)["candles"]
    assert (found["health"], found["fix"]) == ("warning", "k2 ohlcv restore 1m 5m 30m 1h; see [retention]")
    assert "1m kept from 2024-03-03 00:00 (up to 2 trades lie before)" in found["found"]


def test_a_range_without_trades_is_no_reason_to_complain(pruned: Any) -> None:
    pruned("ohlcv validate --against-trades --from 2024-03-05")
    pruned.trade("2024-03-05T00:00:10Z")
    pruned.aggregate()
    ran = pruned("ohlcv validate --against-trades")
    assert "all checks passed" in ran.stdout


def test_a_missing_file_is_found_by_validate_and_doctor_and_made_good_by_a_rebuild(built: Any) -> None:
    path = next(iter(built.table("ohlcv_5m").scan().plan_files())).file.file_path
    Path(path.removeprefix("file://")).unlink()
    built("ohlcv aggregate")
    ran = built("ohlcv validate", code=3)
    assert Path(path).name in ran.stdout.replace("\n", "").replace(" ", "")
    found = checks(built)["candles"]
    assert (found["health"], found["fix"]) == ("failed", "k2 ohlcv aggregate --rebuild")
    assert path in found["found"]
    built("ohlcv aggregate --rebuild")
    built("ohlcv validate --deep --against-trades")
    assert checks(built)["candles"]["found"] == "of all trades; every file is there"


def test_status_and_doctor_say_that_others_changed_candles(built: Any) -> None:
    built.table("ohlcv_1m").delete("window_date = '2024-03-02'")
    ran = built("status")
    assert "changed by others" in ran.stdout
    assert "k2 ohlcv aggregate makes them again" in ran.stdout
    minutes = json.loads(built("status -o json").stdout)["tables"][1]
    assert (minutes["up_to_date"], [change["kind"] for change in minutes["others"]]) == (False, ["delete"])
    assert checks(built)["candles"]["found"] == "changed by others: 1m"
    built("ohlcv aggregate")
    assert "changed by others" not in built("status").stdout

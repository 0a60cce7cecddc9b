"""`k2 ohlcv aggregate --dry-run` prints the plan that a run then carries out."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any


def plan(report: dict[str, Any]) -> list[tuple[object, ...]]:
    keys = ("table", "reason", "intervals", "windows", "changes", "source_snapshot_id", "origin")
    return [tuple(table[key] for key in keys) for table in report["tables"]]


def test_a_run_does_what_the_dry_run_showed(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z", "2024-03-01T05:00:10Z")
    first = desk.aggregate("--dry-run")

    assert {table["status"] for table in first["tables"]} == {"planned"}
    assert first["dry_run"] is True
    assert desk.candles() == {}
    assert plan(desk.aggregate()) == plan(first)

    desk.trade("2024-03-01T05:00:20Z")
    desk.trade("2024-03-01T00:00:20Z")
    late = desk.aggregate("--dry-run")
    minute = late["tables"][0]

    assert minute["intervals"] == [
        ["2024-03-01T00:00:00Z", "2024-03-01T00:01:00Z"],
        ["2024-03-01T05:00:00Z", "2024-03-01T05:01:00Z"],
    ]
    assert [(c["kind"], c["files_added"], c["rows_added"]) for c in minute["changes"]] == [("append", 1, 1)] * 2
    assert minute["candles_replaced"] == 2
    assert minute["data_files_read"] == 4
    assert plan(desk.aggregate()) == plan(late)
    assert desk.candles() == {"2024-03-01T00:00:00Z": 2, "2024-03-01T05:00:00Z": 2}


def test_the_detailed_exit_code_is_4_while_something_is_to_be_done(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z")

    desk("ohlcv aggregate --dry-run --detailed-exit-code", code=4)
    desk("ohlcv aggregate --dry-run", code=0)
    desk.aggregate()
    desk("ohlcv aggregate --dry-run --detailed-exit-code", code=0)


def test_people_see_the_plan_and_the_snapshots_behind_it(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z")
    desk.aggregate()
    desk.trade(*(f"2024-03-01T{hour:02}:00:10Z" for hour in range(0, 10, 2)))
    lines = desk("ohlcv aggregate 1m 5m --dry-run").stdout.splitlines()
    cells = [line.split() for line in lines]

    assert cells[1][:5] == ["market_data.gold_ohlcv_1m", "planned", "trades", "5", "6"]
    assert cells[1][-1] == "1"
    assert cells[2][:5] == ["market_data.gold_ohlcv_5m", "planned", "1m", "candles", "5"]
    assert "why 1m 5m: trades changed by append" in lines
    assert ["1m", "2024-03-01T00:00:00Z", "2024-03-01T00:01:00Z"] in cells
    assert ["1m", "and", "2", "more", "up", "to", "2024-03-01T08:01:00Z"] in cells
    snapshot = str(desk.table("crypto_trades").current_snapshot().snapshot_id)
    assert [snapshot, "append", "5", "5"] in cells
    assert lines[-1] == "a dry run: nothing was done"

    desk.aggregate()
    idle = desk("ohlcv aggregate --dry-run").stdout.splitlines()
    assert idle[0].split() == ["table", "status"]
    assert idle[-1] == "a dry run: there is nothing to do"

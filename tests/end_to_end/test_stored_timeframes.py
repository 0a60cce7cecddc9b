"""A warehouse with other timeframes than the default ones, as a user runs it."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from pathlib import Path
from typing import Any

import pytest

from engines.domain.timeframe import Timeframe, isoformat
from engines.testing import oracle
from engines.testing.history import trades_of

SETTINGS = """
[tables]
timeframes = ["1m", "15m", "4h"]

[retention]
1m = "none"
15m = "2d"

[lag]
15m = "1h"
"""
TIMES = [
    f"2024-03-0{day}T{hour:02}:{minute}:30Z" for day in (1, 2, 3, 4) for hour in range(0, 24, 3) for minute in (10, 50)
]
NOW = "--now 2024-03-05T00:00:00Z"


@pytest.fixture
def desk(desk_of: Any, tmp_path: Path) -> Any:
    """A desk with four days of candles."""
    (tmp_path / "k2.toml").write_text(SETTINGS)
    desk = desk_of(tmp_path)
    desk.trade(*TIMES)
    desk.aggregate(NOW)
    return desk


def truth(desk: Any, timeframe: str) -> dict[str, int]:
    """Window start to the number of trades in the candle, according to the oracle."""
    trades = trades_of(desk.table("crypto_trades"))
    return {
        isoformat(candle.window_start): candle.trade_count
        for candle in oracle.candles(trades, Timeframe.parse(timeframe).duration)
    }


def test_candles_that_no_table_has_are_merged_from_those_that_are_stored(desk: Any) -> None:
    report = json.loads(desk("ohlcv show 1h -o json").stdout)

    shown = {row["window_start"]: row["trade_count"] for row in report["rows"]}
    assert (report["table"], report["merged_from"]) == ("", ["15m"])
    assert shown == truth(desk, "1h")


def test_a_timeframe_that_is_taken_out_leaves_its_table_alone_and_doctor_says_so(desk: Any, tmp_path: Path) -> None:
    before = desk.table("ohlcv_15m").metadata_location
    (tmp_path / "k2.toml").write_text(SETTINGS.replace('"15m", "4h"', '"4h"'))
    desk.trade("2024-03-05T01:00:00Z")

    desk("ohlcv aggregate --now 2024-03-06T00:00:00Z")
    checks = {check["name"]: check for check in json.loads(desk("doctor -o json").stdout)["checks"]}

    assert desk.table("ohlcv_15m").metadata_location == before
    assert checks["tables"]["health"] == "warning"
    assert "gold_ohlcv_15m is there, but no run updates it" in checks["tables"]["found"]
    assert 'add "15m"' in checks["tables"]["fix"]


def test_every_command_takes_the_stored_tables_in(desk: Any) -> None:
    tables = [table["timeframe"] for table in json.loads(desk(f"ohlcv status {NOW} -o json").stdout)["tables"]]
    validated = json.loads(desk(f"ohlcv validate --against-trades {NOW} -o json").stdout)
    shown = json.loads(desk("ohlcv show 4h -o json").stdout)["rows"]

    assert tables == [None, "1m", "15m", "4h"]
    assert [table["timeframe"] for table in validated["tables"]] == ["1m", "15m", "4h"]
    assert validated["broken"] == 0
    assert len(shown) == len(truth(desk, "4h")) == 24
    for timeframe in ("1m", "15m", "4h"):
        assert desk.candles(timeframe) == truth(desk, timeframe)


def test_a_late_trade_changes_its_windows_alone(desk: Any) -> None:
    desk.trade("2024-03-02T03:11:00Z")
    report = desk.aggregate(NOW)

    assert [table["windows"] for table in report["tables"]] == [1, 1, 1]
    assert [table["origin"] for table in report["tables"]] == ["trades", "candles", "candles"]
    for timeframe in ("1m", "15m", "4h"):
        assert desk.candles(timeframe) == truth(desk, timeframe)


def test_retention_lag_and_compaction_hold_for_them(desk: Any) -> None:
    late = desk("ohlcv status --max-lag settings --now 2024-03-06T00:00:00Z -o json", code=0)
    desk.trade("2024-03-05T00:00:10Z")
    behind = desk("ohlcv status --max-lag settings --now 2024-03-06T00:00:00Z -o json", code=3)
    pruned = json.loads(desk(f"ohlcv prune --yes {NOW} -o json").stdout)["tables"]
    compacted = json.loads(desk("ohlcv compact -o json").stdout)["tables"]

    assert [t["late"] for t in json.loads(late.stdout)["tables"]] == [None, None, False, None]
    assert [t["late"] for t in json.loads(behind.stdout)["tables"]] == [None, None, True, None]
    assert [(t["timeframe"], t["rows"]) for t in pruned] == [("1m", 0), ("15m", 32), ("4h", 0)]
    assert desk.candles("15m") == {
        start: n for start, n in truth(desk, "15m").items() if "2024-03-03" <= start < "2024-03-05"
    }
    assert [t["timeframe"] for t in compacted] == ["1m", "15m", "4h"]


def test_schedules_name_them(desk: Any) -> None:
    crontab = desk("schedule crontab --zone UTC").stdout
    commands = [line.split(" ohlcv ")[1] for line in crontab.splitlines() if line[0] != "#" and " ohlcv " in line]

    assert [command.split(" --")[0] for command in commands] == [
        "aggregate 1m",
        "aggregate 15m",
        "aggregate 4h",
        "prune",
        "compact",
        "prune",
    ]
    assert "20 0,4,8,12,16,20 * * * " in crontab


@pytest.mark.parametrize("line", ["ohlcv aggregate 1h", "ohlcv validate 1m 1h", "ohlcv prune 1h"])
def test_a_table_that_is_not_stored_is_refused_with_the_line_that_adds_it(desk: Any, line: str) -> None:
    refused = desk(line, code=2).stderr

    assert "there is no table of 1h candles, only of 1m, 15m, 4h" in refused
    assert 'timeframes = ["1m", "15m", "1h", "4h"] below [tables]' in " ".join(refused.split())


def test_a_table_is_added_by_a_setting_and_filled_by_the_next_run(desk: Any) -> None:
    variable = {"K2_TABLES__TIMEFRAMES": "1m,15m,4h,3d"}
    desk("ohlcv create-tables", **variable)
    report = desk.aggregate(NOW, **variable)

    assert [table["status"] for table in report["tables"]] == ["up_to_date"] * 3 + ["updated"]
    closed = dict(list(truth(desk, "3d").items())[:-1])
    assert desk.candles("3d") == closed == {"2024-02-29T00:00:00Z": 32}

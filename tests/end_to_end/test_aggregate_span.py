"""The windows that a run recomputes, according to the clock and to the user's options."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from typing import Any

import pytest

HOURS = [f"2024-03-01T{hour:02}:00:30Z" for hour in range(6)]


@pytest.fixture
def built(desk: Any) -> Any:
    """Six hours with one trade each, aggregated."""
    desk.trade(*HOURS)
    desk.aggregate("--now 2024-03-01T06:00:00Z")
    return desk


def test_a_scheduler_that_was_down_for_three_days_is_made_up_for_by_one_run(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:30Z")
    desk.aggregate("--now 2024-03-01T00:05:00Z")
    for day in (1, 2, 3, 4):
        desk.trade(f"2024-03-0{day}T23:59:30Z", f"2024-03-0{day}T12:00:30Z")

    report = desk.aggregate("--now 2024-03-04T23:59:59Z")

    assert report["tables"][0]["reason"] == "trades changed by append and windows closed"
    minutes = ["01T00:00", "01T12:00", "01T23:59", "02T12:00", "02T23:59", "03T12:00", "03T23:59", "04T12:00"]
    assert list(desk.candles()) == [f"2024-03-{minute}:00Z" for minute in minutes]
    assert desk.candles("1d") == {"2024-03-01T00:00:00Z": 3, "2024-03-02T00:00:00Z": 2, "2024-03-03T00:00:00Z": 2}
    # The last minute and the last day are published as soon as they are over, without any new trade.
    desk.aggregate("--now 2024-03-05T00:00:00Z")
    assert "2024-03-04T23:59:00Z" in desk.candles()
    assert desk.candles("1d")["2024-03-04T00:00:00Z"] == 2


def test_a_range_is_recomputed_on_demand(built: Any) -> None:
    now = "--now 2024-03-01T06:00:00Z"

    def asked(options: str) -> list[tuple[str, str]]:
        table = built.aggregate(f"1m {options} {now} --dry-run")["tables"][0]
        assert table["status"] == ("planned" if table["intervals"] else "up_to_date")
        return [(start[11:16], end[11:16]) for start, end in table["intervals"]]

    # Nothing has changed, so only the requested range is planned, cut to the times in which there can be candles.
    assert asked("") == []
    assert asked("--from 2024-03-01T04:00:00Z") == [("04:00", "05:01")]
    assert asked("--from 2024-03-01T02:00:30+01:00 --to 2024-03-01T02:00:00Z") == [("01:00", "02:00")]
    assert asked("--to 2024-03-01T00:29:01Z") == [("00:00", "00:30")]
    assert asked("--lookback 61m") == [("04:59", "05:01")]
    assert asked("--lookback 10m") == []
    assert asked("--rebuild") == [("00:00", "05:01")]


def test_what_is_recomputed_and_equal_changes_no_candle(built: Any) -> None:
    before = built.table("ohlcv_1m").scan().to_arrow()
    report = built.aggregate("--lookback 2h --now 2024-03-01T06:00:00Z")
    rebuilt = built.aggregate("--rebuild --now 2024-03-01T06:00:00Z")

    assert [table["windows"] for table in report["tables"]] == [61, 13, 3, 2, 0]
    assert rebuilt["tables"][0]["reason"] == "rebuild requested"
    assert {t["candles_written"] for t in report["tables"] + rebuilt["tables"]} == {0}
    assert built.table("ohlcv_1m").scan().to_arrow() == before


def test_open_windows_are_published_when_asked_for_and_made_anew_until_they_are_over(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z")
    now = "--now 2024-03-01T00:00:30Z"

    assert desk.aggregate(now)["tables"][0]["candles_written"] == 0
    desk.aggregate(f"--include-open {now}")
    assert desk.candles() == desk.candles("1d") == {"2024-03-01T00:00:00Z": 1}
    desk.trade("2024-03-01T00:00:40Z")
    desk.aggregate("--now 2024-03-01T00:01:00Z")
    assert desk.candles() == {"2024-03-01T00:00:00Z": 2}


def test_a_first_build_is_refused_where_only_increments_are_wanted(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z")
    ran = desk("ohlcv aggregate --incremental-only", code=2)

    assert "a full rebuild is needed" in ran.stderr
    assert "--incremental-only" in ran.stderr
    desk.aggregate()
    desk.trade("2024-03-01T00:00:20Z")
    desk.aggregate("--incremental-only")
    assert desk.candles() == {"2024-03-01T00:00:00Z": 2}


def test_a_time_that_tells_no_zone_is_utc(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z")

    assert desk.aggregate("1m --now 2024-03-01T00:00:59")["tables"][0]["candles_written"] == 0
    assert desk.aggregate("1m --now 2024-03-01T00:01:00")["tables"][0]["candles_written"] == 1

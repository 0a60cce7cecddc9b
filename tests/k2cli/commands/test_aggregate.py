"""What `k2 ohlcv aggregate` asks of the engine, and what it refuses to ask."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

from engines.domain.losses import RemovedTrades

NOW = 1_709_294_400_000_000
MARCH = 1_709_251_200_000_000
HOUR = 3_600_000_000


def test_without_options_nothing_is_asked_but_what_changed(k2: Any) -> None:
    k2("ohlcv", "aggregate")
    request = k2.asked.request

    assert not request.asked
    assert {request.rebuild, request.include_open, request.incremental_only, request.dry_run} == {False}
    assert request.removed is RemovedTrades.ASK
    assert request.trades_retention is None


def test_every_option_reaches_the_engine(k2: Any) -> None:
    span = "--from 2024-03-01T00:00:00Z --to 2024-03-01T01:00:00+01:00 --lookback 6h"
    assert k2("ohlcv", "aggregate", "--include-open", "--incremental-only", "--dry-run", *span.split()).code == 2
    k2("ohlcv", "aggregate", "--include-open", "--incremental-only", "--dry-run", *span.replace("+01:00", "Z").split())
    request = k2.asked.request

    assert (request.start, request.end, request.lookback) == (MARCH, MARCH + HOUR, 6 * HOUR)
    assert request.include_open
    assert request.incremental_only
    assert request.dry_run
    assert not request.rebuild
    k2("ohlcv", "aggregate", "--rebuild")
    assert k2.asked.request.rebuild


def test_what_is_done_about_removed_trades_is_a_setting(k2: Any) -> None:
    k2.variables = {"K2_TRADES__REMOVED": "keep", "K2_TRADES__RETENTION": "90d"}
    k2("ohlcv", "aggregate")

    assert k2.asked.request.removed is RemovedTrades.KEEP
    assert k2.asked.request.trades_retention == 90 * 24 * HOUR


@pytest.mark.parametrize(("options", "code"), [("--dry-run", 0), ("--dry-run --detailed-exit-code", 4)])
def test_pending_changes_have_their_own_exit_code_when_asked_for(k2: Any, options: str, code: int) -> None:
    ran = k2("ohlcv", "aggregate", *options.split(), "-o", "json")
    report = json.loads(ran.out)

    assert ran.code == report["exit_code"] == code
    assert report["dry_run"] is True
    assert report["tables"][0]["status"] == "planned"


def test_a_failure_comes_before_pending_changes(k2: Any) -> None:
    k2.failing = "no"

    assert k2("ohlcv", "aggregate", "--dry-run", "--detailed-exit-code").code == 5


def test_columns_in_which_nothing_happened_are_left_out(k2: Any) -> None:
    header = k2("ohlcv", "aggregate").out.splitlines()[0].split()

    assert header == ["table", "status", "windows", "written", "rejected", "time", "reason"]


def test_invalid_trades_are_told_with_the_reason(k2: Any) -> None:
    assert "invalid trades were left out (price <= 0: 3)" in k2("ohlcv", "aggregate").out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--now soon", ("--now 'soon' is not a time", "2024-03-01T12:00Z")),
        ("--from 7days", ("--from '7days' is not a time", "did you mean 7d?")),
        ("--from 2024-03-02 --now yesterday", ("is not before now",)),
        ("--from 2024-03-02T00:00:00Z --to 2024-03-01T00:00:00Z", ("no window lies between", "--to exclusive")),
        ("--from 2024-03-01T00:00:00Z --now 2024-03-01T00:00:00Z", ("is not before now", "--include-open")),
        ("--rebuild --incremental-only", ("--rebuild", "--incremental-only", "leave one of them out")),
        ("--rebuild --lookback 10m", ("--rebuild recomputes everything", "leave out --rebuild")),
        ("--rebuild --from 2024-03-01T00:00:00Z", ("--rebuild recomputes everything",)),
        ("--lookback soon", ("--lookback", "'soon' is not a duration", "10m")),
        ("--lookback 10mins", ("--lookback", "did you mean 10m?")),
        ("--lookback 0s", ("--lookback 0s is zero",)),
        ("--detailed-exit-code", ("--detailed-exit-code", "add --dry-run")),
    ],
)
def test_wishes_that_make_no_sense_are_refused_with_a_way_out(k2: Any, options: str, words: tuple[str, ...]) -> None:
    ran = k2("ohlcv", "aggregate", *options.split())

    assert (ran.code, ran.out) == (2, "")
    for word in words:
        assert word in ran.err

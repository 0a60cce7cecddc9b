"""What the commands on candles hand to the engine."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
from typing import Any

import pytest

from engines.domain.timeframe import DEFAULT_TIMEFRAMES, M1, M5, M30

MARCH = 1_709_251_200_000_000


def test_aggregate_asks_for_all_tables_now(k2: Any) -> None:
    assert k2("ohlcv", "aggregate").code == 0
    request = k2.asked.request

    assert request.timeframes == DEFAULT_TIMEFRAMES
    assert request.now == 1_709_294_400_000_000
    assert request.run_id == "6f1f6e9e-0000-4000-8000-000000000001"
    assert request.grace == 0


def test_aggregate_asks_for_the_tables_named_once_each(k2: Any) -> None:
    k2("ohlcv", "aggregate", "5m", "1m", "5m")

    assert k2.asked.request.timeframes == (M5, M1)


def test_now_and_grace_decide_what_is_closed(k2: Any) -> None:
    k2.variables = {"K2_GRACE": "10s"}
    k2("ohlcv", "aggregate", "--now", "2024-03-01T00:00:00Z")

    assert k2.asked.request.now == MARCH
    assert k2.asked.request.grace == 10_000_000


def test_a_now_that_is_no_time_is_refused_before_the_engine_is_opened(k2: Any) -> None:
    ran = k2("ohlcv", "aggregate", "--now", "noonish")

    assert ran.code == 2
    assert "--now 'noonish' is not a time" in ran.err
    assert k2.opened == []


@pytest.mark.parametrize("command", ["aggregate 1m", "show 1m"])
def test_a_bare_date_is_utc_in_every_command(k2: Any, command: str) -> None:
    for form in ("2024-02-29", "yesterday", "36h"):
        assert k2("ohlcv", *command.split(), "--from", form, "--to", "2024-03-01", "-o", "json").code == 0, form


def test_the_engine_and_its_configuration_come_from_the_settings(k2: Any) -> None:
    k2.variables = {"K2_TABLES__NAMESPACE": "md", "K2_CATALOG__PROPERTIES__S3__REGION": "eu"}
    k2("ohlcv", "status", "--engine", "other")
    ((name, config),) = k2.opened

    assert name == "other"
    assert config.names.namespace == "md"
    assert config.catalog.name == "k2"
    assert config.catalog.properties["s3.region"] == "eu"


def test_show_passes_its_filters_on(k2: Any) -> None:
    options = "--exchange binance --symbol BTCUSDT --from 2024-03-01T00:00:00Z --to 2024-03-02T00:00:00Z --limit 5"
    k2("ohlcv", "show", "30m", *options.split())
    query = k2.asked.query

    assert (query.timeframe, query.exchange, query.symbol) == (M30, "binance", "BTCUSDT")
    assert (query.start, query.end, query.limit) == (MARCH, MARCH + 86_400_000_000, 5)


@pytest.mark.parametrize(("output", "limit"), [("table", 40), ("csv", None), ("json", None), ("ndjson", None)])
def test_show_is_a_screenful_for_people_and_all_for_programs(k2: Any, output: str, limit: int | None) -> None:
    k2("ohlcv", "show", "1m", "-o", output)

    assert k2.asked.query.limit == limit


def test_show_says_when_older_windows_may_be_missing(k2: Any) -> None:
    assert "the newest 2 windows" in k2("ohlcv", "show", "1m", "--limit", "2").out
    assert "the newest" not in k2("ohlcv", "show", "1m", "--limit", "3").out


def test_show_refuses_an_empty_span(k2: Any) -> None:
    ran = k2("ohlcv", "show", "1m", "--from", "2024-03-02T00:00:00Z", "--to", "2024-03-01T00:00:00Z")

    assert ran.code == 2
    assert "no window lies between" in ran.err


def test_a_symbol_that_is_not_there_ends_with_the_nearest_ones(k2: Any) -> None:
    text, json_ = (k2("ohlcv", "show", "1m", "--symbol", "BTCUSD", "-o", output) for output in ("csv", "json"))

    assert (text.code, json_.code, text.out, json_.out) == (2, 2, "", "")
    assert "error: market_data.gold_ohlcv_1m has no candles of BTCUSD\n hint: did you mean 'BTCUSDT'" in text.err
    assert json.loads(json_.err)["error"]["message"] == "market_data.gold_ohlcv_1m has no candles of BTCUSD"


def test_a_script_may_allow_it(k2: Any) -> None:
    ran = k2("ohlcv", "show", "1m", "--symbol", "BTCUSD", "--allow-empty", "-o", "json")
    report = json.loads(ran.out)

    assert (ran.code, ran.err, report["rows"], report["warning"]) == (0, "", [], None)


def test_a_symbol_without_candles_in_the_span_is_an_empty_result_with_a_warning(k2: Any) -> None:
    ran = k2("ohlcv", "show", "1m", "--symbol", "ETHUSDT", "-o", "json")
    report = json.loads(ran.out)
    told = "there are no candles in that span; ETHUSDT has candles from 2024-03-01T12:00:00Z to 2024-03-01T12:01:00Z"

    assert (ran.code, report["rows"]) == (0, [])
    assert json.loads(ran.err)["warning"] == report["warning"] == {"message": told, "hint": "", "exit_code": 0}
    assert k2("ohlcv", "show", "1m", "--symbol", "ETHUSDT").err == f"warning: {told}\n"


def test_status_of_a_lake_without_candle_tables_is_an_error(k2: Any) -> None:
    k2.failing = "missing"
    ran = k2("ohlcv", "status")

    assert (ran.code, ran.out) == (2, "")
    assert "run k2 ohlcv create-tables" in ran.err


def test_status_tells_the_lag(k2: Any) -> None:
    lines = k2("ohlcv", "status", "--now", "2024-03-02T13:01:00Z").out.splitlines()

    assert lines[2].split() == ["market_data.gold_ohlcv_1m", "behind", "3", "1,234", "1d", "1h", "0", "0", "4.0", "KiB"]


@pytest.mark.parametrize("command", ["status", "aggregate", "show 1m"])
def test_a_question_makes_no_catalog(k2: Any, command: str) -> None:
    (k2.folder / "k2-data" / "catalog.db").unlink()
    (k2.folder / "k2-data").rmdir()
    ran = k2("ohlcv", *command.split())

    assert ran.code == 2
    assert f"there is no catalog at {k2.folder}/k2-data/catalog.db" in ran.err
    assert "k2 ohlcv create-tables" in ran.err
    assert not (k2.folder / "k2-data").exists()
    assert k2.opened == []


def test_create_tables_passes_its_options_on(k2: Any) -> None:
    k2("ohlcv", "create-tables", "--with-trades", "--evolve", "--partition-by", "hour")

    assert k2.asked.created == {"with_trades": True, "evolve": True, "partition_by": "hour"}


def test_a_partitioning_is_for_the_table_of_trades(k2: Any) -> None:
    ran = k2("ohlcv", "create-tables", "--partition-by", "month")

    assert ran.code == 2
    assert "--with-trades" in ran.err


def test_tables_that_differ_are_exit_2_with_the_way_out(k2: Any) -> None:
    k2.failing = "volume: decimal(18, 8), not decimal(38, 8)"
    ran = k2("ohlcv", "create-tables")

    assert ran.code == 2
    assert "--evolve" in ran.err
    assert "volume: decimal(18, 8)" in ran.err


def test_status_looks_again_until_it_is_stopped(k2: Any) -> None:
    k2.looks = 3
    ran = k2("ohlcv", "status", "--watch", "-o", "ndjson")
    once = k2("ohlcv", "status", "-o", "ndjson")

    assert (ran.code, once.code) == (130, 0)
    assert ran.out.count("\n") == 3 * once.out.count("\n")

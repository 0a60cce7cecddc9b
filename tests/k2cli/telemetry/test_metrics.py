"""What Prometheus reads: names by its rules, values that add up, and nothing lost by a run that fails."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from engines import errors
from k2cli.telemetry import measures as m
from k2cli.telemetry.measures import HELP, Measure
from k2cli.telemetry.metrics import merged, read, write

NOW = 1_709_294_400.0
M1 = {"table": "market_data.gold_ohlcv_1m", "timeframe": "1m", "engine": "polars"}
AGGREGATE = {"command": "ohlcv aggregate"}
ALERTS = Path(__file__).parents[3] / "examples" / "prometheus" / "alerts.yml"


def value(folder: Path, name: str, labels: dict[str, str]) -> float | None:
    """The value of a series, as Prometheus' own parser reads it."""
    families = text_string_to_metric_families((folder / "k2.prom").read_text())
    found = [s.value for f in families for s in f.samples if s.name == name and s.labels == labels]
    assert len(found) <= 1
    return found[0] if found else None


def test_a_run_tells_when_it_was_and_what_it_did(k2: Any) -> None:
    k2("ohlcv", "aggregate", "1m", "--metrics", "k2.prom")

    assert value(k2.folder, m.LAST_RUN, AGGREGATE) == NOW
    assert value(k2.folder, m.LAST_SUCCESS, AGGREGATE) == NOW
    assert value(k2.folder, m.EXIT_CODE, AGGREGATE) == 0
    assert value(k2.folder, m.TABLE_SUCCESS, M1) == NOW
    assert value(k2.folder, m.WRITTEN, M1) == 1234
    assert value(k2.folder, m.REJECTED, {**M1, "reason": "price <= 0"}) == 3
    assert value(k2.folder, m.LAG, M1) == 0
    assert value(k2.folder, m.CLOSED_UNTIL, M1) == NOW


def test_counters_count_on_over_runs_and_gauges_do_not(k2: Any) -> None:
    for _ in range(3):
        k2("ohlcv", "aggregate", "1m", "--metrics", "k2.prom")

    assert value(k2.folder, m.WRITTEN, M1) == 3 * 1234
    assert value(k2.folder, m.RUNS, {**AGGREGATE, "exit_code": "0"}) == 3
    assert value(k2.folder, m.LAST_SUCCESS, AGGREGATE) == NOW


@pytest.mark.parametrize("way", ["error", "failing"])
def test_a_failing_run_leaves_the_time_of_the_last_success(k2: Any, way: str) -> None:
    k2("ohlcv", "aggregate", "--metrics", "k2.prom")
    k2.now += 60_000_000
    setattr(k2, way, errors.Conflict("locked") if way == "error" else "locked")

    assert k2("ohlcv", "aggregate", "--metrics", "k2.prom").code == 5
    assert value(k2.folder, m.LAST_SUCCESS, AGGREGATE) == NOW
    assert value(k2.folder, m.TABLE_SUCCESS, M1) == NOW
    assert value(k2.folder, m.LAST_RUN, AGGREGATE) == NOW + 60
    assert value(k2.folder, m.EXIT_CODE, AGGREGATE) == 5
    assert value(k2.folder, m.RUNS, {**AGGREGATE, "exit_code": "5"}) == 1


def test_each_table_tells_whether_it_failed_and_how_often_it_is_due(k2: Any) -> None:
    k2("ohlcv", "aggregate", "--metrics", "k2.prom")
    daily = {**M1, "table": "market_data.gold_ohlcv_1d", "timeframe": "1d"}
    k2.error = errors.Unavailable("no connection")
    k2("ohlcv", "aggregate", "1d", "--metrics", "k2.prom")
    k2.error = None
    k2("ohlcv", "aggregate", "1m", "--metrics", "k2.prom")

    assert value(k2.folder, m.EXIT_CODE, AGGREGATE) == 0
    assert value(k2.folder, m.TABLE_FAILED, {**daily, **AGGREGATE}) == 1
    assert value(k2.folder, m.TABLE_FAILED, {**M1, **AGGREGATE}) == 0
    assert value(k2.folder, m.TABLE_PERIOD, daily) == 86_400
    assert value(k2.folder, m.TABLE_PERIOD, M1) == 300


def test_a_table_that_failed_among_others_says_so(k2: Any) -> None:
    k2.failing = "locked"
    k2("ohlcv", "aggregate", "1m", "--metrics", "k2.prom")

    assert value(k2.folder, m.TABLE_FAILED, {**M1, **AGGREGATE}) == 1


def test_a_file_of_metrics_of_a_version_before_goes_on(k2: Any) -> None:
    (k2.folder / "k2.prom").write_text('k2_ohlcv_runs_total{command="ohlcv aggregate",exit_code="0"} 7.0\n')
    k2("ohlcv", "aggregate", "--metrics", "k2.prom")

    assert value(k2.folder, m.RUNS, {**AGGREGATE, "exit_code": "0"}) == 8


def test_other_commands_and_tables_keep_their_series(k2: Any) -> None:
    k2("ohlcv", "aggregate", "5m", "--metrics", "k2.prom")
    k2("ohlcv", "aggregate", "1m", "--metrics", "k2.prom")
    k2("trades", "generate", "--trades", "10", "--start", "2024-03-01T00:00:00Z", "--metrics", "k2.prom")

    assert value(k2.folder, m.WRITTEN, {**M1, "table": "market_data.gold_ohlcv_5m", "timeframe": "5m"}) == 1234
    assert value(k2.folder, m.WRITTEN, M1) == 1234
    assert value(k2.folder, m.ADDED, {"table": "market_data.t", "engine": "polars"}) == 10


def test_the_setting_serves_where_the_option_is_not_given(k2: Any) -> None:
    (k2.folder / "k2.toml").write_text('[runs]\nmetrics = "k2.prom"\n')
    k2("ohlcv", "aggregate")

    assert value(k2.folder, m.LAST_RUN, AGGREGATE) == NOW


def test_metrics_that_are_a_setting_and_cannot_be_written_are_a_warning(k2: Any) -> None:
    k2.variables = {"K2_RUNS__METRICS": "nowhere/k2.prom"}
    ran = k2("ohlcv", "aggregate")

    assert ran.code == 0
    assert "nowhere/k2.prom could not be written: No such file or directory" in ran.err


def test_a_table_that_changes_its_engine_has_one_time_of_success() -> None:
    spark = {**M1, "engine": "spark"}
    before = merged({}, [Measure(m.TABLE_SUCCESS, 1, M1), Measure(m.WRITTEN, 5, M1)])
    after = merged(before, [Measure(m.TABLE_SUCCESS, 2, spark), Measure(m.WRITTEN, 7, spark)])

    assert sorted((name, dict(labels)["engine"], number) for (name, labels), number in after.items()) == [
        (m.WRITTEN, "polars", 5),
        (m.WRITTEN, "spark", 7),
        (m.TABLE_SUCCESS, "spark", 2),
    ]


@pytest.mark.parametrize("text", ["", "k2_ohlcv_violations{", "somebody_elses 1\n", "\x00\x01"])
def test_a_file_that_is_none_of_ours_is_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "k2.prom").write_text(text)

    assert read(tmp_path / "k2.prom") == {}


def test_what_is_written_is_read_again_exactly(tmp_path: Path) -> None:
    labels = {"table": 'we"ird\\ name\n', "reason": "price <= 0 {x}"}
    series = merged({}, [Measure(m.REJECTED, 2**53 - 1, labels), Measure(m.LAG, 0.1, {"table": "ü"})])
    write(tmp_path / "k2.prom", series)

    assert read(tmp_path / "k2.prom") == series
    assert [path.name for path in tmp_path.iterdir()] == ["k2.prom"]


def test_names_follow_the_conventions() -> None:
    for name in HELP:
        assert name.startswith("k2_ohlcv_")
        assert name == name.lower()
        assert not name.endswith(("_ms", "_milliseconds", "_count", "_sum", "_bucket"))


def test_the_example_alerts_ask_for_metrics_that_there_are() -> None:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]

    assert {rule["alert"] for rule in rules} >= {
        *("K2Absent", "K2TableStale", "K2TableFailed", "K2CommandFailed", "K2TableLate", "K2CandlesBroken"),
    }
    for rule in rules:
        words = rule["expr"].replace("{", " ").replace("(", " ").replace("[", " ").split()
        named = [word.strip(")]}") for word in words if word.startswith("k2_")]
        assert named, rule["alert"]
        assert set(named) <= set(HELP), rule["alert"]
        assert {"summary", "description"} <= rule["annotations"].keys()

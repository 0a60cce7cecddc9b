"""What users and monitors learn of runs: records, metrics, `status --max-lag`, doctor and lineage."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.machine import module


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "k2-data" / "runs.ndjson").read_text().splitlines()]


def metrics(file: Path) -> dict[str, dict[str, float]]:
    """Metric name to timeframe (or command) to value."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(file.read_text()):
        for sample in family.samples:
            key = sample.labels.get("timeframe") or sample.labels.get("command", "")
            found.setdefault(sample.name, {})[key] = sample.value
    return found


def test_a_day_with_a_monitor(desk: Any) -> None:
    """One long test, so that few processes have to start."""
    desk.trade("2024-03-01T00:00:10Z", "2024-03-01T00:00:20Z", "2024-03-01T00:06:00Z")
    waiting = desk("ohlcv status --max-lag 15m --now 2024-03-01T00:20:00Z -o json", code=3)
    tables = {t["timeframe"]: t for t in json.loads(waiting.stdout)["tables"]}
    assert {t: (found["late"], found["lag_seconds"]) for t, found in tables.items() if t} == {
        "1m": (True, 1140),
        "5m": (False, 900),
        "30m": (False, 0),
        "1h": (False, 0),
        "1d": (False, 0),
    }
    assert tables["1m"]["max_lag_seconds"] == 900
    assert [json.loads(line)["error"] for line in waiting.stderr.splitlines()] == [
        {
            "message": "market_data.gold_ohlcv_1m is 19m behind, 15m allowed",
            "hint": "run k2 ohlcv aggregate 1m",
            "exit_code": 3,
        }
    ]

    printed = desk.aggregate("--now 2024-03-01T00:20:00Z --report run.json --metrics k2.prom")
    assert json.loads((desk.folder / "run.json").read_text()) == printed
    assert records(desk.folder)[-1] == printed
    desk("ohlcv status --max-lag 15m --now 2024-03-01T00:20:00Z")
    told = metrics(desk.folder / "k2.prom")
    assert told["k2_ohlcv_trades_read_total"]["1m"] == 3
    assert told["k2_ohlcv_candles_written_total"] == {"1m": 2, "5m": 2, "30m": 0, "1h": 0, "1d": 0}
    assert set(told["k2_ohlcv_table_last_success_timestamp_seconds"]) == {"1m", "5m", "30m", "1h", "1d"}

    good = desk("doctor -o json", code=0)
    assert {c["name"]: c["health"] for c in json.loads(good.stdout)["checks"]}["warehouse"] == "ok"
    (desk.folder / "k2.toml").write_text('[catalog]\ntype = "rest"\nuri = "http://127.0.0.1:9"\n')
    desk("ohlcv aggregate --metrics k2.prom --report run.json", code=6)
    after = metrics(desk.folder / "k2.prom")
    success = "k2_ohlcv_last_success_timestamp_seconds"
    assert after[success]["ohlcv aggregate"] == told[success]["ohlcv aggregate"]
    assert after["k2_ohlcv_last_run_exit_code"]["ohlcv aggregate"] == 6
    assert "no connection" in json.loads((desk.folder / "run.json").read_text())["error"]["message"]
    assert "no connection" in desk("doctor --quick", code=6).stdout


def test_the_limits_of_the_settings_serve_the_monitor_too(desk: Any) -> None:
    desk.trade("2024-03-01T00:00:10Z")
    assert "the settings hold no limit" in desk("ohlcv status --max-lag settings", code=2).stderr

    (desk.folder / "k2.toml").write_text('[lag]\n5m = "10m"\n')
    late = "--now 2024-03-01T00:20:00Z"
    assert desk(f"ohlcv status {late}").stderr.startswith("warning: market_data.gold_ohlcv_5m is 15m behind")
    assert "gold_ohlcv_5m is 15m behind, 10m allowed" in desk(f"ohlcv status --max-lag settings {late}", code=3).stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_was_stopped_leaves_a_record(
    start: Callable[..., "subprocess.Popen[str]"], desk: Any, number: signal.Signals, code: int
) -> None:
    process = start("trades", "generate", "--trades", "50000000", cwd=desk.folder)
    try:
        deadline = time.monotonic() + 30
        while not list(desk.folder.rglob("*.parquet")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()

    last = records(desk.folder)[-1]
    assert (last["command"], last["exit_code"], last["error"]["exit_code"]) == ("trades generate", code, code)


class Catcher(BaseHTTPRequestHandler):
    """Accepts OpenLineage events as a server does."""

    caught: list[tuple[str, dict[str, Any]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.caught.append((self.path, json.loads(body)))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """A server on the loopback interface, and the requests it has received."""
    caught: list[tuple[str, dict[str, Any]]] = []
    handler = type("Handler", (Catcher,), {"caught": caught})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}", caught
        finally:
            listening.shutdown()
            thread.join()


def facets(event: dict[str, Any], side: str) -> list[tuple[str, str | None, str]]:
    """Name in the catalog, version and storage namespace of the tables of an event."""
    return [
        (
            dataset["facets"]["symlinks"]["identifiers"][0]["name"],
            dataset["facets"].get("version", {}).get("datasetVersion"),
            dataset["namespace"],
        )
        for dataset in event[side]
    ]


@pytest.mark.extras
def test_lineage_reaches_a_server_by_setting_and_by_variable(desk: Any, server: Any) -> None:
    module("openlineage.client", "lineage")
    address, caught = server
    desk.trade("2024-03-01T00:00:10Z")
    report = desk.aggregate("1m 5m --now 2024-03-01T00:20:00Z", K2_LINEAGE__TRANSPORT=address, NO_PROXY="*")

    assert {path for path, _ in caught} == {"/api/v1/lineage"}
    events = {(event["job"]["name"], event["eventType"]): event for _, event in caught}
    assert len(caught) == len(events) == 6
    parent = events["k2.ohlcv.aggregate", "COMPLETE"]
    child = events["k2.ohlcv.aggregate.5m", "COMPLETE"]
    assert parent["run"]["runId"] == report["run_id"]
    assert child["run"]["facets"]["parent"]["run"]["runId"] == report["run_id"]
    finest, coarser = report["tables"]
    source = ("market_data.gold_crypto_trades", report["source"]["snapshot_id"], "file")
    assert facets(events["k2.ohlcv.aggregate.1m", "COMPLETE"], "inputs") == [source]
    assert facets(child, "inputs") == [("market_data.gold_ohlcv_1m", finest["snapshot_id"], "file")]
    (made,) = events["k2.ohlcv.aggregate.1m", "COMPLETE"]["outputs"]
    lineage = made["facets"]["columnLineage"]["fields"]
    assert [field["field"] for field in lineage["volume"]["inputFields"]] == ["quantity"]
    assert lineage["volume"]["inputFields"][0]["name"].endswith("market_data/gold_crypto_trades")
    assert facets(child, "outputs") == [("market_data.gold_ohlcv_5m", coarser["snapshot_id"], "file")]

    caught.clear()
    desk.table("crypto_trades").delete("symbol = 'A'")
    desk("ohlcv aggregate 1m", code=2, OPENLINEAGE_URL=address, OPENLINEAGE_NAMESPACE="desk", NO_PROXY="*")
    failed = [event for _, event in caught if event["eventType"] == "FAIL"]
    assert [event["job"]["name"] for event in failed] == ["k2.ohlcv.aggregate.1m", "k2.ohlcv.aggregate"]
    assert {event["job"]["namespace"] for _, event in caught} == {"desk"}
    assert "lost" in failed[0]["run"]["facets"]["errorMessage"]["message"]


@pytest.mark.extras
def test_lineage_that_does_not_arrive_is_a_warning_and_hardly_a_delay(desk: Any) -> None:
    module("openlineage.client", "lineage")
    ran = desk("ohlcv aggregate", K2_LINEAGE__TRANSPORT="http://127.0.0.1:9", NO_PROXY="*")
    assert "lineage could not be sent to http://127.0.0.1:9: no connection" in ran.stderr

    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as deaf:  # listens, and never answers
        began = time.monotonic()
        ran = desk("ohlcv aggregate", K2_LINEAGE__TRANSPORT=f"http://127.0.0.1:{deaf.server_address[1]}", NO_PROXY="*")
        assert "lineage could not be sent to" in ran.stderr
        assert time.monotonic() - began < 30

    desk("ohlcv aggregate", K2_LINEAGE__TRANSPORT="events.ndjson")
    events = [json.loads(line) for line in (desk.folder / "events.ndjson").read_text().splitlines()]
    assert [event["eventType"] for event in events] == ["START"] * 6 + ["COMPLETE"] * 6

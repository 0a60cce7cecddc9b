"""Settings, catalog, warehouse, clock, watermarks, branches: on real tables, each green and red."""

# ruff: noqa: ANN401 - the fixtures' types live in conftest.py, which importlib mode lets nobody import

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from engines.domain.checks import Health
from engines.domain.requests import RefreshRequest
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, HOUR, MINUTE
from engines.testing.arrow import trades_table
from engines.testing.history import trade
from k2cli.doctor import branches, catalog, clock, configuration, storage, watermarks
from k2cli.jobs.doctor import ALL, QUICK, doctor
from tests.k2cli.doctor.findings import only

TRADED = 1_709_251_200_000_000  # 2024-03-01


@pytest.fixture
def traded(tables: Any) -> Any:
    """Tables with a trade that no candle knows yet."""
    tables.lake().append([trades_table([trade(TRADED, "1")])], run_id="r")
    return tables


def test_a_healthy_patient_is_green_all_over(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    polars = EntryPoint("polars", "engines.polars.engine:PolarsEngine", "k2.engines")
    monkeypatch.setattr("engines.registry.installed", lambda: (polars,))
    report = doctor(tables.patient(), quick=False)

    assert len(report.checks) == len(ALL) - 1  # our own engine on one machine has nothing to add
    assert {c.health for c in report.checks} == {Health.OK}
    assert report.exit_code == 0


def test_quick_looks_at_what_runs_need_and_starts_no_program(tables: Any) -> None:
    tables.hurt(says=None, version_of=None, find_program=None, folder_of=None)
    report = doctor(tables.patient(), quick=True)

    assert [c.name for c in report.checks] == ["settings", "catalog", "clock", "disk"]
    assert len(QUICK) == 4
    assert report.exit_code == 0


def test_of_several_failures_the_one_that_must_be_mended_decides(tables: Any) -> None:
    tables.unreachable()
    assert doctor(tables.patient(), quick=True).exit_code == 6

    tables.hurt(python=(3, 9))
    assert doctor(tables.patient(), quick=False).exit_code == 2


def test_settings_green_and_red(ward: Any) -> None:
    assert only(configuration.configuration(ward.patient())).health is Health.OK

    ward.variables["K2_GRACE"] = "10x"
    red = only(configuration.configuration(ward.patient()))
    assert (red.exit_code, red.name) == (2, "settings")
    assert "K2_GRACE" in red.found
    rest = doctor(ward.patient(), quick=False).checks
    assert [c.health for c in rest if c.name in {"catalog", "warehouse", "watermarks", "branches"}] == [
        Health.SKIPPED
    ] * 4


def test_catalog_green_yellow_and_red(tables: Any) -> None:
    assert "all 6 tables" in only(catalog.catalog(tables.patient())).found

    tables.lake().tables.catalog.drop_table("market_data.gold_ohlcv_5m")
    yellow = only(catalog.catalog(tables.patient()))
    assert (yellow.health, yellow.fix) == (Health.WARNING, "k2 ohlcv create-tables")
    assert "market_data.gold_ohlcv_5m" in yellow.found

    tables.unreachable()
    red = only(catalog.catalog(tables.patient()))
    assert red.exit_code == 6
    assert "no connection" in red.found


def test_warehouse_green_and_red(tables: Any) -> None:
    warehouse = tables.folder / "k2-data" / "warehouse"
    before = sorted(warehouse.rglob("*"))

    assert only(storage.storage(tables.patient())).health is Health.OK
    assert sorted(warehouse.rglob("*")) == before

    (tables.folder / "file").touch()  # not even root makes a folder below a file
    tables.variables |= {"K2_CATALOG__WAREHOUSE": "file/warehouse", "K2_TABLES__NAMESPACE": "empty"}
    red = only(storage.storage(tables.patient()))
    assert red.exit_code == 6
    assert "file/warehouse" in red.found


def test_clock_green_and_red(tables: Any) -> None:
    tables.lake().append([trades_table([trade(TRADED, "1")])], run_id="r")
    committed = max(t.committed_at or 0 for t in tables.lake().inspect())
    tables.now = committed + 1
    assert only(clock.clock(tables.patient())).health is Health.OK
    tables.now = committed - MINUTE
    assert only(clock.clock(tables.patient())).health is Health.OK

    tables.now = committed - 2 * HOUR
    red = only(clock.clock(tables.patient()))
    assert red.exit_code == 2
    assert red.found == "market_data.gold_crypto_trades was committed 2h in the future, by this clock"

    tables.now = 0
    assert "1970-01-01T00:00:00Z" in only(clock.clock(tables.patient())).found


def test_time_zone_green_and_yellow(ward: Any) -> None:
    assert only(clock.time_zone(ward.patient())).found == "UTC"

    ward.hurt(utc_offset=lambda: 19_800)
    yellow = only(clock.time_zone(ward.patient()))
    assert yellow.health is Health.WARNING
    assert "UTC +5.5 h" in yellow.found


def test_watermarks_green_yellow_and_red(traded: Any) -> None:
    yellow = only(watermarks.watermarks(traded.patient()))
    assert yellow.health is Health.WARNING
    assert yellow.fix == "k2 ohlcv aggregate 1m 5m 30m 1h 1d"

    traded.now = TRADED + MINUTE
    request = RefreshRequest(timeframes=DEFAULT_TIMEFRAMES, now=traded.now, run_id="r")
    assert traded.lake().aggregate(request).exit_code == 0
    assert only(watermarks.watermarks(traded.patient())).health is Health.OK

    traded.now = TRADED + 6 * MINUTE
    assert only(watermarks.watermarks(traded.patient())).found == "behind: 1m 0s, 5m 1m, 30m 0s, 1h 0s, 1d 0s"
    traded.variables["K2_LAG__5M"] = "30s"
    red = only(watermarks.watermarks(traded.patient()))
    assert (red.exit_code, red.found, red.fix) == (3, "behind: 5m 1m", "k2 ohlcv aggregate 5m")


def test_branches_green_and_yellow(traded: Any) -> None:
    source = traded.lake().tables.source()
    head = source.current_snapshot().snapshot_id
    source.manage_snapshots().create_branch(head, "audit").create_tag(head, "k2_tag").commit()
    assert only(branches.branches(traded.patient())).health is Health.OK

    source.manage_snapshots().create_branch(head, f"k2_{head}_{32 * 'a'}").commit()
    yellow = only(branches.branches(traded.patient()))
    assert yellow.health is Health.WARNING
    assert f"ALTER TABLE k2.market_data.gold_crypto_trades DROP BRANCH `k2_{head}_{32 * 'a'}`;" in yellow.fix

    committed = max(t.committed_at or 0 for t in traded.lake().inspect())
    traded.now = committed + HOUR // 2
    assert only(branches.branches(traded.patient())).health is Health.OK

    traded.lake().append([trades_table([trade(TRADED, "2")])], run_id="r")
    assert only(branches.branches(traded.patient())).health is Health.WARNING

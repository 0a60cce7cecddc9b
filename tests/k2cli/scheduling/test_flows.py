"""The flow, with the real k2 below it and a real Prefect API above it."""

import ast
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa
import pytest
from pyiceberg.catalog import load_catalog

from engines.base import CatalogConfig, EngineConfig
from engines.domain.timeframe import DEFAULT_TIMEFRAMES, HOUR, M1, MINUTE, Timeframe, to_datetime
from engines.registry import open_lake
from engines.testing.history import History, trade
from engines.testing.strategies import MIDNIGHT
from k2cli.scheduling import process_group
from k2cli.scheduling.schedule import LIMIT, RETRIES, RETRY_AFTER, TIMES, UPKEEP, Job
from tests.machine import module

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

pytestmark = pytest.mark.services(process="prefect")

FLOWS = Path(process_group.__file__).with_name("flows.py")


@pytest.fixture(scope="module", autouse=True)
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Prefect API with an empty database, which tells nobody of itself."""
    module("prefect", "prefect")
    from prefect.settings import PREFECT_HOME, PREFECT_SERVER_ANALYTICS_ENABLED, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    home = tmp_path_factory.mktemp("prefect")
    with (
        pytest.MonkeyPatch.context() as patch,
        temporary_settings({PREFECT_HOME: home, PREFECT_SERVER_ANALYTICS_ENABLED: False}),
    ):
        patch.setenv("DO_NOT_TRACK", "1")
        with prefect_test_harness(server_startup_timeout=120):
            yield


@pytest.fixture
def flows() -> ModuleType:
    """The module under test, which imports Prefect."""
    return module("k2cli.scheduling.flows", "prefect")


class Desk:
    """A folder with tables, a settings file, and the flow run on them."""

    def __init__(self, folder: Path, flows: ModuleType) -> None:
        self.folder = folder
        self.flows = flows
        self.database = folder / "catalog.db"
        self.properties = {"type": "sql", "uri": f"sqlite:///{self.database}", "warehouse": (folder / "w").as_uri()}
        (folder / "k2.toml").write_text(
            f'[catalog]\nuri = "sqlite:///{self.database}?timeout=0.1"\nwarehouse = "{folder}/w"\n'
        )
        config = EngineConfig(catalog=CatalogConfig(name="k2", properties=self.properties))
        lake = open_lake("polars", config)
        lake.create_tables(with_trades=True)
        self.history = History(lake)

    def run(self, timeframe: Timeframe = M1, **parameters: Any) -> "State[None]":  # noqa: ANN401
        """Run the flow to its end."""
        state: State[None] = self.flows.ohlcv(
            timeframe.name, config=str(self.folder / "k2.toml"), return_state=True, **parameters
        )
        return state


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flows: ModuleType) -> Desk:
    """Trades of two hours, and empty candle tables."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for variable in [name for name in os.environ if name.startswith(("K2_", "PYICEBERG_"))]:
        monkeypatch.delenv(variable)
    desk = Desk(tmp_path, flows)
    desk.history.append([trade(MIDNIGHT + n * MINUTE, str(n)) for n in range(120)])
    return desk


def run_id(state: "State[None]") -> UUID:
    """The flow run that a state is of."""
    assert state.state_details.flow_run_id is not None
    return state.state_details.flow_run_id


def attempts(state: "State[None]") -> dict[str, int]:
    """How often each task of a run was begun."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    with get_client(sync_client=True) as client:
        found = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id(state)])))
    return {task.name.partition(" ")[0]: task.run_count for task in found}


def artifacts(state: "State[None]") -> dict[str, Any]:
    """What a run has left to be looked at, by key; tables as rows."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id(state)]))
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=run)
    return {str(a.key): json.loads(str(a.data)) if a.type == "table" else a.data for a in found}


def test_a_run_brings_the_table_up_to_date_looks_at_it_and_leaves_what_it_found(desk: Desk) -> None:
    state = desk.run()
    found = artifacts(state)
    (ran,) = found.pop("k2-ohlcv-1m-run")

    assert (state.name, attempts(state)) == ("Completed", {"aggregate": 1, "validate": 1, "lag": 1})
    assert len(desk.history.candles(M1)) == 120
    assert (ran["table"], ran["status"]) == ("market_data.gold_ohlcv_1m", "updated")
    assert (ran["candles_written"], ran["trades_read"], ran["rejected"]) == (120, 120, 0)
    assert {row["invariant"]: row["broken"] for row in found.pop("k2-ohlcv-1m-violations")}["price_order"] == 0
    assert "| lag_trades | 0 |" in found.pop("k2-ohlcv-1m-lag")
    assert found == {}


def test_a_range_is_recomputed_though_nothing_changed_there(desk: Desk) -> None:
    desk.history.run(MIDNIGHT + 2 * HOUR)
    assert to_datetime(MIDNIGHT) == datetime(2024, 3, 1, tzinfo=UTC)
    state = desk.run(engine="polars", start="2024-03-01T00:30:00Z", end="2024-03-01T00:40:00Z")
    found = artifacts(state)

    assert state.name == "Completed"
    assert found["k2-ohlcv-1m-run"][0]["windows"] == 10
    assert found["k2-ohlcv-1m-violations"][0]["checked"] == 10


def test_what_cannot_be_is_not_tried_again(desk: Desk) -> None:
    state = desk.run(engine="abacus")

    assert (state.name, attempts(state)) == ("Failed", {"aggregate": 1})
    assert "exit code 2" in str(state.message)
    assert "abacus" in str(state.message)


def test_a_broken_candle_is_shown_and_not_tried_again(desk: Desk) -> None:
    desk.history.run(MIDNIGHT + 2 * HOUR)
    table = load_catalog("k2", **desk.properties).load_table("market_data.gold_ohlcv_1m")
    rows = table.scan().to_arrow().to_pylist()
    rows[0]["high_price"] = rows[0]["low_price"] / 2
    # As a run of ours would, for what others break is made good before it is looked at.
    ours = {"k2.engine": "polars"}
    table.overwrite(pa.Table.from_pylist(rows, schema=table.schema().as_arrow()), snapshot_properties=ours)
    state = desk.run()
    found = {row["invariant"]: row for row in artifacts(state)["k2-ohlcv-1m-violations"]}

    assert (state.name, attempts(state)) == ("Failed", {"aggregate": 1, "validate": 1})
    assert "exit code 3" in str(state.message)
    assert found["price_order"]["broken"] == 1
    assert rows[0]["symbol"] in found["price_order"]["examples"]


def test_a_lock_is_tried_again_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (RETRIES, RETRY_AFTER) == (2, 60)
    flows = desk.flows
    for step in (flows.aggregate, flows.validate, flows.lag):
        delay: object = step.retry_delay_seconds
        assert (step.retries, delay) == (RETRIES, RETRY_AFTER)
    monkeypatch.setattr(flows.aggregate, "retry_delay_seconds", 0.1)
    with closing(sqlite3.connect(desk.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        state = desk.run()

    assert (state.name, attempts(state)) == ("Failed", {"aggregate": 3})
    assert "exit code 5" in str(state.message)


def test_a_run_that_takes_too_long_is_ended_and_not_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIMIT == 300
    monkeypatch.setattr(desk.flows, "LIMIT", 0.5)  # no k2 is that fast
    state = desk.run()

    assert (state.name, attempts(state)) == ("Failed", {"aggregate": 1})
    assert "was ended after 0.5 s" in str(state.message)
    assert desk.history.candles(M1) == []


def test_a_run_does_the_work_of_those_that_were_missed_and_cancels_them(desk: Desk) -> None:
    """As an engine starts it: a run of a deployment, while three others wait since yesterday, and one for its time."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
    from prefect.flow_engine import run_flow

    flows = desk.flows
    (minutes, *_) = flows.deployments(Job(k2=(), config=desk.folder / "k2.toml", engine="abacus"))
    deployment = minutes.apply()
    assert isinstance(deployment, UUID)
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        for start, number in ((now - timedelta(days=1), 3), (now + timedelta(hours=2), 1)):
            span = {"start_time": start.isoformat(), "min_runs": number, "max_runs": number}
            client._client.post(f"/deployments/{deployment}/schedule", json=span)  # noqa: SLF001 - only the server does it
        run = client.create_flow_run_from_deployment(deployment)
        run_flow(flows.ohlcv, flow_run=run, parameters=run.parameters, return_type="state")
        found = client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])))

    assert Counter(r.state.name for r in found if r.state) == {"Missed": 3, "Scheduled": 1, "Failed": 1}


@pytest.mark.parametrize(("code", "again"), [(1, False), (2, False), (3, False), (5, True), (6, True), (7, True)])
def test_only_what_may_pass_by_itself_is_tried_again(flows: ModuleType, code: int, again: bool) -> None:
    from prefect.client.schemas.objects import State, StateType

    state: State[None] = State(type=StateType.FAILED, data=flows.CommandFailed("x", code))

    assert flows.may_pass(None, None, state) is again


def test_each_night_the_tables_are_tidied_up(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Each run says in the log of the flow what it did."""
    desk.history.run(MIDNIGHT + 2 * HOUR)
    with (desk.folder / "k2.toml").open("a") as file:
        file.write("[retention]\n" + "".join(f'{timeframe} = "none"\n' for timeframe in DEFAULT_TIMEFRAMES))
    state: State[None] = desk.flows.upkeep(config=str(desk.folder / "k2.toml"), return_state=True)

    assert (state.name, attempts(state)) == ("Completed", {"compact": 1, "prune": 1})
    assert [message for message in caplog.messages if message[0] in "0123456789"] == ["5 without anything to do"] * 3


def test_five_deployments_at_the_times_of_the_specification(flows: ModuleType) -> None:
    made = flows.deployments(Job(k2=(), config=Path("/etc/k2.toml"), engine="spark"))

    assert [(d.flow_name, d.name, d.entrypoint) for d in made] == [
        *(("k2-ohlcv", timeframe.name, "k2cli.scheduling.flows.ohlcv") for timeframe in DEFAULT_TIMEFRAMES),
        ("k2-ohlcv-upkeep", "nightly", "k2cli.scheduling.flows.upkeep"),
    ]
    times = (*TIMES.values(), UPKEEP)
    assert [d.schedules[0].schedule.cron for d in made if d.schedules] == [each.cron for each in times]
    assert {d.schedules[0].schedule.timezone for d in made if d.schedules} == {"UTC"}
    assert made[0].parameters == {"timeframe": "1m", "config": "/etc/k2.toml", "engine": "spark"}


def test_the_flow_imports_prefect_the_schedule_and_nothing_else() -> None:
    """Prefect's process calls the command; what the command needs is not its business."""
    for file, allowed in ((FLOWS, {"prefect", "k2cli"}), (Path(process_group.__file__), set[str]())):
        names = {
            (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        assert names - sys.stdlib_module_names == allowed
    heavy = "('polars', 'pyiceberg', 'pyspark', 'pyarrow')"
    probe = f"import sys, k2cli.scheduling.flows; print(*(m for m in {heavy} if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout == "\n"

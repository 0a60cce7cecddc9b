"""Prefect in real use: a server, `k2 prefect serve`, a work pool, a browser on the page of a run, killed processes."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if sys.platform != "linux":
    pytest.skip("processes are found in /proc", allow_module_level=True)

from tests.machine import missing, module

if TYPE_CHECKING:
    import httpx

pytestmark = pytest.mark.services(process="prefect server")

Run = Callable[..., subprocess.CompletedProcess[str]]
Json = dict[str, Any]

DATA = Path(__file__).parents[2] / "examples" / "data" / "phemex_trades.csv"
LATE = 40
"""Number of missed runs: enough to show the effect, few enough for a server on SQLite to create at once."""
TIMEFRAMES = {"1m", "5m", "30m", "1h", "1d"}
BIN = Path(sys.executable).parent
CHROMIUM = (
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1400,1000"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no requests to other hosts
    "--virtual-time-budget=15000",
)


def await_truth(condition: Callable[[], Any], what: str, seconds: float = 90) -> Any:  # noqa: ANN401
    """Call the condition until its result is true, and return that."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.2)
    return answer


@contextmanager
def running(*command: str, cwd: Path, env: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process; on exit, end it and all processes that it has started."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        end(process, signal.SIGTERM, seconds=20)
        end(process, signal.SIGKILL, seconds=20)


def end(process: "subprocess.Popen[bytes]", number: signal.Signals, *, seconds: float) -> None:
    """Send a signal to the group of a process, and wait for the process."""
    try:
        os.killpg(process.pid, number)
        process.wait(seconds)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass


class Prefect:
    """The API of a Prefect server, and the folder that its flows work on."""

    def __init__(self, folder: Path, env: Mapping[str, str], url: str) -> None:
        self.folder = folder
        self.env = env
        self.url = url
        self.api: httpx.Client = module("httpx", "prefect").Client(base_url=f"{url}/api", timeout=30)

    def post(self, path: str, **body: object) -> Any:  # noqa: ANN401
        """Send a POST request to the API."""
        return self._asked("POST", path, body)

    def get(self, path: str) -> Any:  # noqa: ANN401
        """Send a GET request to the API."""
        return self._asked("GET", path, None)

    def _asked(self, method: str, path: str, body: Json | None) -> Any:  # noqa: ANN401
        """The answer to a request; a 503, which a busy server on SQLite sends, is retried as Prefect's client does."""

        def answer() -> "httpx.Response | None":
            given = self.api.request(method, path, json=body)
            return None if given.status_code == HTTPStatus.SERVICE_UNAVAILABLE else given

        given = await_truth(answer, f"an answer to {path}")

        assert given.is_success, given.text
        return given.json() if given.content else None

    def serve(self) -> Any:  # noqa: ANN401 - a context manager
        """Run `k2 prefect serve`."""
        return running(
            str(BIN / "k2"), "prefect", "serve", cwd=self.folder, env=self.env, log=self.folder / "serve.log"
        )

    def scheduled(self) -> set[str | None]:
        """The timeframes that have runs scheduled for later; None stands for the nightly upkeep."""
        runs = self.post("/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}})
        return {run["parameters"].get("timeframe") for run in runs if run["auto_scheduled"]}

    def trigger(self, timeframe: str) -> str:
        """Start a run by hand and return its id."""
        deployment = self.get(f"/deployments/name/k2-ohlcv/{timeframe}")
        return str(self.post(f"/deployments/{deployment['id']}/create_flow_run")["id"])

    def state(self, run: str) -> str:
        """The name of a run's state."""
        return str(self.get(f"/flow_runs/{run}")["state_name"])

    def completed(self, run: str) -> Json:
        """Wait until a run has ended, check that it has completed, and return it."""
        final = {"Completed", "Failed", "Crashed", "Cancelled"}
        state = await_truth(lambda: (state := self.state(run)) in final and state, f"the end of run {run}")

        assert state == "Completed", (self.folder / "serve.log").read_text()[-4000:]
        return dict(self.get(f"/flow_runs/{run}"))

    def processes(self, run: str, part: str) -> list[int]:
        """Ids of the processes of a run that have a text in their command line."""
        mark = f"PREFECT__FLOW_RUN_ID={run}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if part in line and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def prefect(run: Run, environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    """A server, and a folder with real trades and candle tables; the tests share it, for it takes long to start."""
    module("prefect", "prefect")
    folder = tmp_path_factory.mktemp("prefect")
    (folder / "k2.toml").touch()
    shift = ("--price-shift", "-4", "--quantity-shift", "-4")
    ran = run("trades", "import", str(DATA), "--layout", "k2", *shift, "--create", "-q", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in environment.items() if not name.startswith("PREFECT")}
    env = kept | {
        "PREFECT_HOME": str(folder / "prefect-home"),
        "PREFECT_API_URL": f"{url}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "2",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }
    server = (str(BIN / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", port)
    with running(*server, cwd=folder, env=env, log=folder / "server.log"):
        prefect = Prefect(folder, env, url)
        with prefect.api:
            await_truth(lambda: answers(prefect), "the server answers", 120)
            yield prefect


def answers(prefect: Prefect) -> bool:
    try:
        return prefect.api.get("/health").is_success
    except module("httpx", "prefect").TransportError:
        return False


def test_without_a_server_it_says_how_to_start_one(run: Run, tmp_path: Path) -> None:
    module("prefect", "prefect")
    (tmp_path / "k2.toml").touch()
    own = {"PREFECT_HOME": str(tmp_path / "home")}
    unnamed = run("prefect", "serve", cwd=tmp_path, **own, PREFECT_API_URL="")
    silent = run("prefect", "serve", cwd=tmp_path, **own, PREFECT_API_URL="http://127.0.0.1:9/api")

    assert (unnamed.returncode, unnamed.stdout) == (2, "")
    assert "error: no Prefect server is named\n hint: prefect server start" in unnamed.stderr
    assert (silent.returncode, silent.stdout) == (6, "")
    assert "http://127.0.0.1:9/api does not answer" in silent.stderr


def test_the_schedule_runs_is_looked_at_and_survives_kills(prefect: Prefect, run: Run) -> None:
    with prefect.serve():
        await_truth(lambda: prefect.scheduled() == {*TIMEFRAMES, None}, "scheduled runs of all five, and of the upkeep")
        ended = prefect.completed(prefect.trigger("1m"))
        assert candles(run, prefect.folder) == 2141
        assert_artifacts(prefect, ended)
        shot = screenshot(prefect, ended)
        assert_a_killed_flow_takes_its_command_along(prefect)
        prefect.completed(prefect.trigger("5m"))
    if not shot:
        missing("all went well, but nobody looked at the page: there is no chromium (apt-get install chromium)")


def test_runs_that_were_missed_are_caught_up_with_by_one(prefect: Prefect) -> None:
    with prefect.serve() as serve:
        await_truth(lambda: prefect.scheduled() == {*TIMEFRAMES, None}, "the deployments")
        end(serve, signal.SIGKILL, seconds=20)
    late = be_away_for_three_days(prefect)
    with prefect.serve():
        prefect.completed(prefect.trigger("1h"))
        assert_they_are_caught_up_with(prefect, late)


def candles(run: Run, folder: Path) -> int:
    ran = run("ohlcv", "show", "1m", "--limit", "100000", "-o", "ndjson", cwd=folder)
    return len(ran.stdout.splitlines())


def assert_artifacts(prefect: Prefect, ended: Json) -> None:
    found = prefect.post("/artifacts/filter", artifacts={"flow_run_id": {"any_": [ended["id"]]}})
    by_key = {artifact["key"]: artifact for artifact in found}

    assert set(by_key) == {"k2-ohlcv-1m-run", "k2-ohlcv-1m-violations", "k2-ohlcv-1m-lag"}
    # Every five minutes a run of the schedule itself may have written the candles first.
    runs = prefect.post("/artifacts/filter", artifacts={"key": {"any_": ["k2-ohlcv-1m-run"]}})
    assert any('"candles_written": 2141' in artifact["data"] for artifact in runs)
    assert by_key["k2-ohlcv-1m-violations"]["description"] == "0 violations in 1m"
    assert "| lag_trades | 0 |" in by_key["k2-ohlcv-1m-lag"]["data"]


def screenshot(prefect: Prefect, ended: Json) -> Path | None:
    """A screenshot of the page of a run; None where there is no browser."""
    if not shutil.which("chromium"):
        return None
    folder = Path(os.environ.get("CI_ARTIFACTS", prefect.folder))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "prefect-run.png"
    page = f"{prefect.url}/runs/flow-run/{ended['id']}"
    private = f"--user-data-dir={prefect.folder / 'chromium'}"
    ran = subprocess.run(
        [*CHROMIUM, private, f"--screenshot={file}", "--dump-dom", page],
        env=prefect.env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert ended["name"] in ran.stdout, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "Completed" in ran.stdout
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size > 30_000  # an empty page has a tenth of that
    return file


@contextmanager
def locked(prefect: Prefect) -> Iterator[None]:
    """Lock the catalog, so that all who want to commit wait."""
    with closing(sqlite3.connect(prefect.folder / "k2-data" / "catalog.db", isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def assert_a_killed_flow_takes_its_command_along(prefect: Prefect) -> None:
    with locked(prefect):
        victim = prefect.trigger("5m")
        (command,) = await_truth(lambda: prefect.processes(victim, "ohlcv aggregate 5m"), "the command runs")
        await_truth(lambda: has_open(command, "catalog.db"), "the command waits for the lock")
        for process in prefect.processes(victim, "prefect.engine"):
            os.kill(process, signal.SIGKILL)
        await_truth(lambda: command not in prefect.processes(victim, "ohlcv"), "the command has ended too", 20)
    await_truth(lambda: prefect.state(victim) == "Crashed", "the server knows of it")


def has_open(process: int, name: str) -> bool:
    """Whether a process has a file of that name open."""
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            if file.readlink().name == name:
                return True
    return False


def be_away_for_three_days(prefect: Prefect) -> list[str]:
    """Create runs that were due in the last three days and were never started; return their ids."""
    deployment = prefect.get("/deployments/name/k2-ohlcv/1m")["id"]
    today = datetime.now(UTC)
    span = {"start_time": (today - timedelta(days=3)).isoformat(), "end_time": today.isoformat()}
    prefect.post(f"/deployments/{deployment}/schedule", **span, min_runs=LATE, max_runs=LATE)
    late = prefect.post(
        "/flow_runs/filter",
        flow_runs={
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"before_": (today - timedelta(hours=1)).isoformat()},
        },
    )

    assert len(late) == LATE
    return [run["id"] for run in late]


def assert_they_are_caught_up_with(prefect: Prefect, late: list[str]) -> None:
    """Check that at most one of the late runs was carried out; none if the schedule's next run was first."""

    def states() -> list[str]:
        return [run["state_name"] for run in prefect.post("/flow_runs/filter", flow_runs={"id": {"any_": late}})]

    unfinished = {"Scheduled", "Late", "Pending", "Running"}
    names = await_truth(lambda: not unfinished & set(now := states()) and now, "their end")

    assert set(names) <= {"Missed", "Completed"}
    assert names.count("Completed") <= 1


def test_a_team_deploys_what_is_printed_and_runs_it_in_a_work_pool(prefect: Prefect) -> None:

    def typed(*command: str) -> str:
        ran = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=prefect.folder,
            env=prefect.env,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    (prefect.folder / "prefect.yaml").write_text(typed("k2", "schedule", "prefect"))
    typed("prefect", "work-pool", "create", "k2-ohlcv", "--type", "process")
    typed("prefect", "--no-prompt", "deploy", "--all")
    deployments = prefect.post("/deployments/filter")
    assert {(d["name"], d["work_pool_name"], d["entrypoint"]) for d in deployments} == {
        *((timeframe, "k2-ohlcv", "k2cli.scheduling.flows.ohlcv") for timeframe in TIMEFRAMES),
        ("nightly", "k2-ohlcv", "k2cli.scheduling.flows.upkeep"),
    }
    worker = (str(BIN / "prefect"), "worker", "start", "--pool", "k2-ohlcv", "--limit", "5")
    with running(*worker, cwd=prefect.folder, env=prefect.env, log=prefect.folder / "serve.log"):
        prefect.completed(prefect.trigger("1d"))

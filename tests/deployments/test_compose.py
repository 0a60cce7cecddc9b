"""The stack of docker/compose.yaml as processes: its k2.toml, commands, variables and health checks.

What compose.yaml says is read from it, and only places are put in: hosts and ports, the folders of volumes and mounts.
PostgreSQL and the S3 store are servers of the tests in the place of their images. Where this machine lets us, the file
system is read-only as in a container, but for the folders of volumes and /tmp.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("containers and mount namespaces are Linux", allow_module_level=True)
from tests.deployments.jars import java_parts
from tests.deployments.postgresql import PostgreSQL
from tests.deployments.s3 import Store
from tests.deployments.service import Service, free_port
from tests.deployments.spark import spark_home
from tests.docker import compose
from tests.java import quick
from tests.machine import Missing, missing, module

pytestmark = [pytest.mark.services, pytest.mark.spark]

BIN = Path(sys.executable).parent
CANDLES = 2141
"""Minutes with trades in examples/data/phemex_trades.csv."""
PATIENCE = 400
"""Seconds: a machine that is busy starts Java slowly."""
_READ_ONLY = """
set -e
state=$1 cwd=$2
shift 2
for kept in /tmp "$state"; do mount --bind "$kept" "$kept"; done
mount --bind "$PREFIX" "$PREFIX" && mount -o remount,bind,ro "$PREFIX"
mount -o remount,bind,ro /
cd "$cwd"
exec "$@"
"""


@dataclass(frozen=True)
class Container:
    """A process in the place of a container.

    Attributes:
        service: What it is to be.
        state: The folder that is its volume.
        places: Addresses, ports and paths of the stack to those of this machine.
        secrets: What docker/.env would hold.
        wrapper: What makes the file system read-only; empty where that is not allowed here.
    """

    service: compose.Service
    state: Path
    places: Callable[[str], str]
    secrets: Mapping[str, str]
    wrapper: tuple[str, ...]

    def start(self) -> Service:
        """Start its command."""
        log = self.state / f"{self.service.name}.log"
        return Service(self._wrapped(self.service.command), log=log, variables=self._environment())

    def run(self, *command: str) -> str:
        """Run a command in it, by default its own, see it end well, and return what it says."""
        ran = subprocess.run(
            self._wrapped(command or self.service.command),
            cwd=self._folder(),
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert ran.returncode == 0, f"{self.service.name}: {command}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def await_health(self) -> None:
        """Ask its health check until it is well."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.run(*self.service.healthcheck)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
            else:
                return

    def _wrapped(self, command: tuple[str, ...] | list[str]) -> list[str]:
        """A command with our places in it."""
        words = [self.places(word) for word in command]
        return [*self.wrapper, str(self.state), str(self._folder()), *words] if self.wrapper else words

    def _folder(self) -> Path:
        """The working directory: where k2.toml lies, or the volume."""
        inside = self.service.said.get("working_dir")
        return Path(self.places(inside)) if inside else self.state

    def _environment(self) -> dict[str, str]:
        said = compose.image_environment() | self.service.environment(self.secrets)
        own = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PREFIX": str(BIN.parent),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "JAVA_TOOL_OPTIONS": quick(),
            # In the image the jars lie in Spark's own folder.
            "SPARK_DIST_CLASSPATH": f"{java_parts() / 'spark'}/*",
        }
        return {name: self.places(value) for name, value in said.items()} | own


class Stack:
    """The whole of it on this machine.

    Args:
        folder: In the place of volumes and mounts.
        secrets: What docker/.env would hold.
        catalog: In the place of the service catalog.
        store: In the place of the service s3.
    """

    def __init__(self, folder: Path, secrets: Mapping[str, str], catalog: PostgreSQL, store: Store) -> None:
        self.services = compose.services()
        self._folder = folder
        self._secrets = secrets
        self._ports = {"7077": free_port(), "8080": free_port(), "4200": free_port(), "5432": catalog.port}
        self._ports["8333"] = int(store.endpoint.rpartition(":")[2])
        self._wrapper = read_only(folder)

    def container(self, name: str, number: int = 1) -> Container:
        """A service; what it mounts is put in place."""
        service = self.services[name]
        state = self._folder / f"{name}-{number}"
        mounts = self._folder / f"{name}-{number}-mounts"
        for folder in (state, mounts):
            folder.mkdir(exist_ok=True)
        ports = self._ports | {"8081": free_port()}
        spark = compose.image_environment()["SPARK_HOME"]
        paths = {"/var/lib/k2": str(state), "/etc/k2": str(mounts), spark: str(spark_home())}

        def places(word: str) -> str:
            return _placed(word, ports, paths)

        for target, source in service.binds.items():
            _mount(source, Path(places(target)), places)
        return Container(service, state, places, self._secrets, self._wrapper)


def _placed(word: str, ports: Mapping[str, int], paths: Mapping[str, str]) -> str:
    """A word of compose.yaml with the places of this machine."""
    for inside, here in paths.items():
        word = word.replace(inside, here)
    if word in ports:
        return str(ports[word])
    if word in ("spark-master", "0.0.0.0"):  # noqa: S104 - what a container listens on; here the loopback
        return "127.0.0.1"
    hosts = r"(?:catalog|s3|prefect|spark-master|127\.0\.0\.1)"
    return re.sub(rf"(?<=[/@]){hosts}:(\d+)\b", lambda found: f"127.0.0.1:{ports[found[1]]}", word)


def _mount(source: Path, target: Path, places: Callable[[str], str]) -> None:
    """What a container would see at a path: settings with our places, anything else as it is."""
    if source.suffix == ".toml":
        lines = source.read_text(encoding="utf-8").splitlines()
        target.write_text("\n".join(map(places, lines)), encoding="utf-8")
    elif not target.exists():
        target.symlink_to(source)


def read_only(folder: Path) -> tuple[str, ...]:
    """What a command is wrapped in so that it can write to its volume and /tmp only; nothing where that is refused."""
    wrapper = ("unshare", "--mount", "sh", "-c", _READ_ONLY, "sh")
    probe = 'touch "$1" && ! touch "$2"'
    tried = (*wrapper, str(folder), str(folder), "sh", "-c", probe, "sh", str(folder / "probe"), str(BIN / "probe"))
    env = {**os.environ, "PREFIX": str(BIN.parent)}
    allowed = subprocess.run(tried, env=env, capture_output=True, check=False, timeout=30).returncode == 0
    return wrapper if allowed else ()


@pytest.fixture
def stack(database_server: PostgreSQL, store: Store, tmp_path: Path) -> Stack:
    """The stack, with secrets as docker/secrets.sh makes them."""
    module("prefect", "prefect")
    try:
        java_parts()
    except Missing as part:
        missing(part)
    for name in ("secrets.sh", ".env.example"):
        shutil.copy(compose.DOCKER / name, tmp_path)
    subprocess.run([str(tmp_path / "secrets.sh")], check=True, timeout=20)
    lines = (tmp_path / ".env").read_text().splitlines()
    secrets = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    database_server.create("candles")
    return Stack(tmp_path, secrets | {"POSTGRES_PASSWORD": database_server.password}, database_server, store)


@pytest.fixture
def running(stack: Stack) -> Iterator[Container]:
    """Everything that stays up, in the order that compose.yaml asks for; where flows run is the result."""
    with ExitStack() as ended:

        def up(name: str, number: int = 1) -> Container:
            container = stack.container(name, number)
            ended.callback(container.start().end)
            return container

        master, prefect = up("spark-master"), up("prefect")
        stack.container("setup").run()
        master.await_health()
        workers = [
            up("spark-worker", number) for number in range(stack.services["spark-worker"].said["deploy"]["replicas"])
        ]
        for container in (*workers, prefect):
            container.await_health()
        flows = stack.container("flows")
        process = flows.start()
        ended.callback(process.end)
        process.said("deployments are being served")
        yield flows


def test_the_stack_runs_from_nothing_to_a_flow(stack: Stack, running: Container) -> None:
    assert "exists" in stack.container("setup").run()  # once more does no harm
    assert "10,025" in stack.container("sample").run()
    running.await_health()
    # What the schedule would start meanwhile would take the machine from the run that is looked at.
    running.run("prefect", "deployment", "schedule", "pause", "--all")
    running.run("prefect", "deployment", "run", "k2-ohlcv/1m", "--watch")

    assert count(running) == CANDLES
    assert re.search(r'written_total\{engine="spark",.*timeframe="1m"\} 2141', (running.state / "k2.prom").read_text())
    # By the other engine, on the same tables: it finds what Spark made, and nothing wrong with it.
    running.run("k2", "ohlcv", "aggregate", "--engine", "polars")
    running.run("k2", "ohlcv", "validate", "--against-trades", "--engine", "polars")
    running.run("k2", "ohlcv", "status", "--max-lag", "settings")


def count(flows: Container) -> int:
    """Candles of a minute, as k2 shows them."""
    shown = flows.run("k2", "ohlcv", "show", "1m", "--limit", "100000", "--output", "ndjson", "--engine", "polars")
    return len(shown.splitlines())

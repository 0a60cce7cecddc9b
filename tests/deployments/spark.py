"""Spark as clusters run it: a standalone master with two workers, and a Connect server; all from pip's pyspark."""

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.deployments.jars import java_parts
from tests.deployments.page import block
from tests.deployments.service import Service
from tests.java import quick
from tests.machine import Missing

_LOCAL = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
_CONNECT = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}


def spark_home() -> Path:
    """The Spark distribution inside pyspark.

    Raises:
        Missing: pyspark is not installed.
    """
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise Missing("there is no pyspark: pip install 'k2-ohlcv[spark]'")
    return Path(found.origin).parent


@contextmanager
def spark_cluster(folder: Path) -> Iterator[str]:
    """Start a master and two workers of one core each, and end them.

    Yields:
        The address of the master.
    """
    java_parts()  # without Java there is no cluster
    start = [str(spark_home() / "bin" / "spark-class")]
    with ExitStack() as stack:

        def started(name: str, *command: str) -> Service:
            variables = {**_LOCAL, "SPARK_DAEMON_JAVA_OPTS": quick()}
            return stack.enter_context(Service([*start, *command], log=folder / f"{name}.log", variables=variables))

        places = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        master = started("master", "org.apache.spark.deploy.master.Master", *places)
        address = master.said(r"spark://127\.0\.0\.1:\d+")[0]
        sizes = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder / "work")]
        workers = [
            started(f"worker{number}", "org.apache.spark.deploy.worker.Worker", *places, *sizes, address)
            for number in (1, 2)
        ]
        for worker in workers:
            worker.said("Successfully registered with master")
        yield address


@contextmanager
def spark_connect(folder: Path) -> Iterator[str]:
    """Start a Connect server as examples/cluster.md tells, on a free port, and end it.

    Yields:
        Its address.
    """
    said = shlex.split(block("sh", "Spark Connect server").replace("\\\n", " "))
    coordinates = said[said.index("--packages") + 1]
    said[said.index("--packages")] = "--jars"  # the very same, fetched before
    said[said.index(coordinates)] = ",".join(map(str, map(_jar, coordinates.split(","))))
    program, application = str(spark_home() / "bin" / said[0]), said[-1]
    settings = {**_CONNECT, "spark.driver.extraJavaOptions": quick()}
    conf = [argument for name, value in settings.items() for argument in ("--conf", f"{name}={value}")]
    command = [program, "--master", "local[2]", *conf, *said[1:-1], application]
    variables = {**_LOCAL, "SPARK_DAEMON_MEMORY": "768m"}
    with Service(command, log=folder / "connect.log", variables=variables) as service:
        port = service.said(r"Spark Connect server started at: \S*?:(\d+)")[1]
        yield f"sc://127.0.0.1:{port}"


def _jar(coordinate: str) -> Path:
    """The jar of a Maven coordinate, in the version that pom.xml pins."""
    _, artifact, version = coordinate.split(":")
    found = java_parts() / "spark" / f"{artifact}-{version}.jar"
    assert found.exists()
    return found

"""Spark as clusters run it: a standalone master with two workers, and a Connect server; all from pip's pyspark."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.deployments.jars import jars
from tests.deployments.service import Missing, Service

_LOCAL = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
_EXTENSIONS = "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"


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
    jars("spark")  # without Java there is no cluster
    start = [str(spark_home() / "bin" / "spark-class")]
    with ExitStack() as stack:

        def started(name: str, *command: str) -> Service:
            service = Service([*start, *command], log=folder / f"{name}.log", variables=_LOCAL)
            stack.callback(service.end)
            return service

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
    """Start a Connect server that knows Iceberg, and end it.

    Yields:
        Its address.
    """
    conf = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": "0",
        "spark.sql.extensions": _EXTENSIONS,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
    }
    command = [
        *(str(spark_home() / "bin" / "spark-submit"), "--master", "local[2]"),
        *("--jars", ",".join(map(str, jars("spark")))),
        *(argument for name, value in conf.items() for argument in ("--conf", f"{name}={value}")),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
    ]
    service = Service(command, log=folder / "connect.log", variables={**_LOCAL, "SPARK_DAEMON_MEMORY": "768m"})
    try:
        port = service.said(r"Spark Connect server started at: \S*?:(\d+)")[1]
        yield f"sc://127.0.0.1:{port}"
    finally:
        service.end()

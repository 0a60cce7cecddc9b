"""The Spark session: started, joined or connected to; its Java and jars; what it must be told.

Whatever can be said to a running session is (catalog, time zone, arithmetic), so that one way serves a laptop, a
cluster and Spark Connect, and no password stands on a command line. Only what decides how the driver starts is given
to it at the start.
"""

import logging
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from pyspark.sql import SparkSession

from engines.base import CatalogConfig
from engines.errors import Unavailable, UsageError
from engines.spark.catalog import catalog_conf
from engines.spark.checks import fits
from engines.spark.driver import start_driver
from engines.spark.errors import translated
from engines.spark.jars import jar_conf
from engines.spark.java import ensure_java
from engines.spark.options import SparkOptions
from engines.spark.pins import PYSPARK

_PARTITIONS = "spark.sql.shuffle.partitions"

EXTENSIONS = "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"

_LOGGER = logging.getLogger("engines.spark")
"""Heard at INFO: everything that Spark says goes to stderr; else only warnings and worse."""

_EXACT = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never null or a wrapped number
    # The type of a difference or a product keeps all decimal places: what does not fit is an error. By default Spark
    # gives up places where a type would have more than 38 digits: 38 digits less 38 digits lose one, in silence.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}
"""What the numbers depend on: no setting of the user takes its place."""

_SESSION = {
    # A task keeps the sums and hashes of so many windows in memory, some 2 KB each, before it sorts instead.
    "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "50000",
    "spark.sql.iceberg.check-nullability": "false",  # what is required is checked when it is written
}


def open_session(catalog: CatalogConfig, options: SparkOptions) -> SparkSession:
    """A session of its own for one engine: its catalog is seen by nobody else.

    Raises:
        UsageError: pyspark, Java, jars or the master are not such that Spark can run.
        Unavailable: The cluster or the server does not answer.
    """
    check_version(version("pyspark"))
    tables = catalog_conf(catalog.name, catalog.properties)
    session = _connected(options.remote) if options.remote else _driven(options, catalog.properties)
    own = {key: value for key, value in options.conf.items() if key.startswith("spark.sql.")}
    for key, value in (_SESSION | tables | own | _EXACT).items():
        session.conf.set(key, value)
    return session


def check_version(installed: str) -> None:
    """Raises UsageError where pyspark is of another series than Iceberg has a runtime for."""
    if not fits(installed):
        raise UsageError(
            f"pyspark {installed} is installed, and Iceberg has a runtime for {PYSPARK} only",
            hint=f"pip install 'pyspark{PYSPARK}'",
        )


def size_shuffles(session: SparkSession, options: SparkOptions, rows: int) -> None:
    """Shuffle what a run reads in as many tasks as it is worth.

    A cluster's 200 for every shuffle make thousands of tasks of a refresh that reads a few rows, since what is cached
    keeps its partitions. On one machine the number of cores decides; a number in the options' ``conf``
    is left alone.
    """
    if not options.on_one_machine and _PARTITIONS not in options.conf:
        session.conf.set(_PARTITIONS, str(shuffle_partitions(rows)))


def shuffle_partitions(rows: int) -> int:
    """One for each 100,000 rows that are read, from 4 up to Spark's own 200."""
    return min(200, max(4, rows // 100_000))


_STARTING = Lock()
_DRIVERS: list[SparkSession] = []
"""The driver of this process, once it is started: a process has one, and each engine a session of its own on it."""


def _driven(options: SparkOptions, properties: Mapping[str, str]) -> SparkSession:
    with _STARTING:
        active = next(iter(_DRIVERS), None) or SparkSession.getActiveSession()
        if active is None:
            ensure_java()
            active = start_driver(_static_conf(options, properties), verbose=_LOGGER.isEnabledFor(logging.INFO))
            _DRIVERS.append(active)
        return active.newSession()


def _static_conf(options: SparkOptions, properties: Mapping[str, str]) -> dict[str, str]:
    """What a driver must know when it starts."""
    ours = {
        "spark.master": options.master,
        "spark.app.name": "k2 ohlcv",
        "spark.sql.extensions": EXTENSIONS,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.structuredLogging.enabled": "false",
        # Else Python tells Java the line of every column expression, which takes longer than a small refresh itself.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
    }
    if options.on_one_machine:
        # Spark's own default is 1 GB for a driver that does all the work, and 200 tasks for every shuffle; and to plan
        # each stage anew pays on a cluster, but doubles the time of a small refresh on one machine.
        ours |= {"spark.driver.memory": "4g", _PARTITIONS: str(_cores(options.master) * 2)}
        ours |= {"spark.sql.adaptive.enabled": "false"}
        ours |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    jars = {} if "spark.jars.packages" in options.conf else jar_conf(properties, options.jars, _spark_home())
    return ours | jars | dict(options.conf)


def _cores(master: str) -> int:
    number = master.partition("[")[2].rstrip("]").partition(",")[0]
    return int(number) if number.isdigit() else (os.cpu_count() or 1)


def _spark_home() -> Path:
    import pyspark

    return Path(os.environ.get("SPARK_HOME") or Path(pyspark.__file__).parent)


def _connected(remote: str) -> SparkSession:
    try:
        session: SparkSession = SparkSession.builder.remote(remote).create()
        session.version  # noqa: B018 - the first question that the server must answer
    except ImportError as error:
        raise UsageError(
            f"Spark Connect needs more than is installed: {error}", hint="pip install 'k2-ohlcv[connect]'"
        ) from error
    except Exception as error:
        raise translated(f"Spark Connect at {remote}", str(error)) or Unavailable(
            f"Spark Connect at {remote}: {str(error).splitlines()[0]}", hint="check [engines.spark] remote"
        ) from error
    return session

"""Opens the Spark session (starts a driver, reuses a running one, or connects to a server) and configures it.

Catalog, time zone and arithmetic are set on the running session. That works the same way on a laptop, on a cluster and
with Spark Connect, and no password is on a command line. Only what determines how the driver starts is set at its
start.
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
"""At level INFO everything that Spark logs goes to stderr; otherwise only warnings and errors do."""

_EXACT = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never null or a wrapped number
    # The type of a difference or a product keeps all decimal places, and a value that does not fit is an error. By
    # default Spark silently drops places where a type would need more than 38 digits: the difference of two numbers of
    # 38 digits loses one.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}
"""Settings that exact numbers depend on; the user's settings cannot override them."""

_SESSION = {
    # Windows whose sums and hashes (about 2 KB each) a task keeps in memory before it falls back to sorting.
    "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "50000",
    "spark.sql.iceberg.check-nullability": "false",  # required columns are checked when rows are written
}


def open_session(catalog: CatalogConfig, options: SparkOptions) -> SparkSession:
    """Open a session for one engine; other sessions do not see its catalog.

    Raises:
        UsageError: Spark cannot run with the installed pyspark or Java, or with the configured jars or master.
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
    """Raise UsageError if Iceberg has no runtime for the installed version of pyspark."""
    if not fits(installed):
        raise UsageError(
            f"pyspark {installed} is installed, and Iceberg has a runtime for {PYSPARK} only",
            hint=f"pip install 'pyspark{PYSPARK}'",
        )


def size_shuffles(session: SparkSession, options: SparkOptions, rows: int) -> None:
    """Set the number of shuffle partitions for the rows that a run reads.

    With a cluster's default of 200, a refresh of a few rows runs thousands of tasks, since cached frames keep their
    partitions. On one machine the number depends on the cores (see `_static_conf`); a number in the options' ``conf``
    is left unchanged.
    """
    if not options.on_one_machine and _PARTITIONS not in options.conf:
        session.conf.set(_PARTITIONS, str(shuffle_partitions(rows)))


def shuffle_partitions(rows: int) -> int:
    """The number of shuffle partitions: one for each 100,000 rows to read, between 4 and Spark's default of 200."""
    return min(200, max(4, rows // 100_000))


_STARTING = Lock()
_DRIVERS: list[SparkSession] = []
"""The session of this process's driver, once it is started; each engine has its own session on the same driver."""


def _driven(options: SparkOptions, properties: Mapping[str, str]) -> SparkSession:
    with _STARTING:
        active = next(iter(_DRIVERS), None) or SparkSession.getActiveSession()
        if active is None:
            ensure_java()
            active = start_driver(_static_conf(options, properties), verbose=_LOGGER.isEnabledFor(logging.INFO))
            _DRIVERS.append(active)
        return active.newSession()


def _static_conf(options: SparkOptions, properties: Mapping[str, str]) -> dict[str, str]:
    """The configuration that a driver needs at its start."""
    ours = {
        "spark.master": options.master,
        "spark.app.name": "k2 ohlcv",
        "spark.sql.extensions": EXTENSIONS,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.structuredLogging.enabled": "false",
        # Otherwise Python sends the source line of every column expression to Java, which takes longer than a small
        # refresh itself.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
    }
    if options.on_one_machine:
        # Spark's defaults are 1 GB for a driver that does all the work, and 200 tasks for every shuffle. Planning each
        # stage anew (adaptive execution) pays off on a cluster, but doubles the time of a small refresh on one machine.
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

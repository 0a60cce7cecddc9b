"""What Spark and the libraries below it raise, as our errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from engines.errors import CommitStateUnknown, Conflict, K2Error, Unavailable, UsageError, ValidationFailed
from engines.iceberg.catalog import catalog_errors

_CONFLICT = (
    "CommitFailedException",
    "org.apache.iceberg.exceptions.ValidationException",
    "SQLITE_BUSY",
    "database is locked",
    "could not serialize",
    "deadlock detected",
)
_UNKNOWN = ("CommitStateUnknownException",)
_AWAY = (
    "UnknownHostException",
    "Connection refused",
    "ConnectException",
    "SdkClientException",
    "S3Exception",
    "ServiceUnavailableException",
    "ServiceFailureException",
    "UncheckedSQLException",
    "SQLTransientConnectionException",
    "No space left on device",
    "StatusCode.UNAVAILABLE",
    "SPARK_JOB_CANCELLED",
    "Could not connect to",
    "SparkContext was shut down",
    "All masters are unresponsive",
)
_UNREADABLE = ("is not a Parquet file", "NotFoundException", "FileNotFoundException", "ParquetDecodingException")


@contextmanager
def spark_errors(what: str) -> Iterator[None]:
    """Turn what Spark raises into our errors, naming what was being done."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - heavy
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        with catalog_errors(what):
            yield
    except (PySparkException, Py4JError) as error:
        ours = translated(what, str(error))
        if ours is None:
            raise
        raise ours from error


def translated(what: str, text: str) -> K2Error | None:
    """The error that a message of Spark stands for; None where it tells nothing that a user could act on."""
    reason = _reason(text)
    if any(sign in text for sign in _UNKNOWN):
        return CommitStateUnknown(f"{what}: the answer to the commit was lost ({reason})")
    if any(sign in text for sign in _CONFLICT):
        return Conflict(f"{what}: somebody else committed first, or holds the lock ({reason})", hint="run it again")
    if any(sign in text for sign in _AWAY):
        return Unavailable(f"{what}: {reason}", hint="check [spark], [catalog] and the storage")
    if any(sign in text for sign in _UNREADABLE):
        return ValidationFailed(
            f"{what}: {reason}", hint="k2 ohlcv validate --deep names the files that are damaged or missing"
        )
    if "OutOfMemoryError" in text:
        return UsageError(
            f"{what}: Spark ran out of memory", hint='give it more: [spark.conf] "spark.driver.memory" = "8g"'
        )
    if "Cannot find catalog plugin class" in text or "ClassNotFoundException" in text:
        return UsageError(
            f"{what}: Spark does not have Iceberg's jars ({reason})",
            hint="give the server (or [spark] jars) iceberg-spark-runtime-4.1_2.13 and the drivers of catalog and storage",
        )
    return None


def _reason(text: str) -> str:
    """The deepest cause's own words, on one line."""
    causes = re.findall(r"Caused by: (.+)", text)
    return (causes[-1] if causes else (text.strip().splitlines() or ["no reason given"])[0])[:300]

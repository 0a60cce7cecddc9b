"""Translation of errors of Spark and its libraries into our errors."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engines.errors import CommitStateUnknown, Conflict, K2Error, Unavailable, UsageError, ValidationFailed
from engines.work import Rows

if TYPE_CHECKING:
    from engines.iceberg.state import TargetState

_KNOWN: tuple[tuple[tuple[str, ...], type[K2Error], str], ...] = (
    (("CommitStateUnknownException",), CommitStateUnknown, "run the command again: it will find out by itself"),
    (
        (
            "CommitFailedException",
            "org.apache.iceberg.exceptions.ValidationException",
            "SQLITE_BUSY",
            "database is locked",
            "could not serialize",
            "deadlock detected",
        ),
        Conflict,
        "run the command again",
    ),
    (
        ("Cannot find catalog plugin class", "ClassNotFoundException"),
        UsageError,
        "give Spark Iceberg's runtime and the drivers of catalog and storage: [engines.spark] jars, or on the server",
    ),
    (
        (
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
            "Could not connect to",
            "SparkContext was shut down",
            "All masters are unresponsive",
        ),
        Unavailable,
        "check [engines.spark], [catalog] and the storage",
    ),
    (
        (
            "is not a Parquet file",
            "corrupted file",
            "NotFoundException",
            "FileNotFoundException",
            "ParquetDecodingException",
            "can not read class org.apache.parquet",
        ),
        ValidationFailed,
        "k2 ohlcv validate --deep names the files that are damaged or missing",
    ),
    (("NUMERIC_VALUE_OUT_OF_RANGE",), ValidationFailed, "correct or remove the trades whose amounts are that large"),
    (("OutOfMemoryError",), UsageError, 'give Spark more memory: [engines.spark.conf] "spark.driver.memory" = "8g"'),
)
"""Substrings of Spark's messages, the error that they mean, and its hint; the first match counts."""


@contextmanager
def spark_errors(what: str, *read: Rows | None, revised: "TargetState | None" = None) -> Iterator[None]:
    """Translate errors of Spark and of the catalog into our errors, naming the operation that failed.

    Args:
        what: The operation.
        read: The rows that it reads. Where Spark does not say what it means, their files are looked at.
        revised: The candle table that it revises: its rows are read, too.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    from engines.iceberg import catalog_errors

    try:
        with catalog_errors(what):
            yield
    except (PySparkException, Py4JError) as error:
        ours = translated(what, str(error))
        if ours is None or isinstance(ours, ValidationFailed):
            ours = _diagnosed([rows for rows in read if rows is not None], revised, error) or ours
        if ours is None:
            raise
        raise ours from error


def _diagnosed(read: Sequence[Rows], revised: "TargetState | None", error: Exception) -> K2Error | None:
    """The error that names the file at fault; if none is, and Spark ended itself, that a table cannot be read."""
    from pyspark.errors import PySparkException

    from engines.iceberg.diagnosis import diagnosis
    from engines.iceberg.unreadable import unreadable

    for rows in read:
        found = diagnosis(rows.table, rows.snapshot_id, [file.path for file in rows.files], error)
        if found is not None:
            return found
    if revised is not None and revised.head is not None:
        found = diagnosis(revised.table, revised.head.snapshot_id, None, error)
        if found is not None:
            return found
    if read and isinstance(error, PySparkException) and translated("", str(error)) is None:
        return unreadable(read[0].table, "its rows", _reason(str(error)))
    return None


def translated(what: str, text: str) -> K2Error | None:
    """The error that a message of Spark means; None where it names nothing that a user could act on."""
    for signs, error, hint in _KNOWN:
        if any(sign in text for sign in signs):
            return error(f"{what}: {_reason(text)}", hint=hint)
    return None


def _reason(text: str) -> str:
    """The message of the deepest cause, on one line of at most 300 characters."""
    causes = re.findall(r"^(?:Caused by)?: (?:[\w.$]+(?:Exception|Error): )?(.+)", text, re.MULTILINE)
    return (causes[-1] if causes else (text.strip().splitlines() or ["no reason given"])[0])[:300]

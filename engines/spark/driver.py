"""Starts the driver's Java process with our logging; its startup output is shown only if the start fails."""

import os
import sys
import threading
from collections import deque
from collections.abc import Mapping
from importlib.resources import as_file, files

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from engines.errors import K2Error, UsageError
from engines.spark.errors import translated

_OPTIONS = "spark.driver.extraJavaOptions"
_MOST_LINES = 400
_TELLING = ("unresolved dependency", "not found", "Exception", "Error", "error")


def start_driver(conf: Mapping[str, str], *, verbose: bool) -> SparkSession:
    """Start a Java process, and a Spark session in it.

    Args:
        conf: The configuration that the driver needs at its start; no secrets, since it is on a command line.
        verbose: Whether everything that Spark logs goes to stderr.

    Raises:
        UsageError: Spark did not start.
        Unavailable: The cluster does not answer.
    """
    voice = _Voice(verbose=verbose)
    with as_file(files("engines.spark") / "log4j2.properties") as logging:
        ours = f"-Dlog4j2.configurationFile=file:{logging} -Dk2.log.level={'info' if verbose else 'warn'}"
        settled = SparkConf(loadDefaults=False)
        for key, value in (dict(conf) | {_OPTIONS: f"{ours} {conf.get(_OPTIONS, '')}".strip()}).items():
            settled.set(key, value)
        try:
            gateway = launch_gateway(settled, {"stdout": voice.ear, "stderr": voice.ear})  # type: ignore[no-untyped-call]
            context = SparkContext(gateway=gateway, conf=settled)
        except (PySparkException, Py4JError, OSError, ValueError) as error:
            raise voice.failure(str(error)) from error
        finally:
            voice.close()
    voice.settled = True
    return SparkSession(context)


class _Voice:
    """Reads the output of the Java process line by line, on its own thread.

    Until the session is up, the output is the launcher's report on jars, which matters only if the start fails. After
    that it is what our logging configuration lets through, and goes to stderr. Nothing goes to stdout.

    Attributes:
        ear: The file descriptor for the stdout and stderr of the process.
        settled: Whether lines are forwarded to stderr: always if verbose, else once the session is up.
    """

    def __init__(self, *, verbose: bool) -> None:
        self.settled = verbose
        self._kept: deque[str] = deque(maxlen=_MOST_LINES)
        mouth, self.ear = os.pipe()
        self._listener = threading.Thread(target=self._listen, args=(mouth,), daemon=True)
        self._listener.start()

    def _listen(self, mouth: int) -> None:
        with os.fdopen(mouth, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                self._kept.append(line.rstrip())
                if self.settled:
                    sys.stderr.write(line)

    def close(self) -> None:
        """Close our copy of the pipe's write end; the process has its own."""
        os.close(self.ear)

    def failure(self, reason: str) -> K2Error:
        """The error for a failed start, with the launcher's own error lines where there are any."""
        self._listener.join(timeout=2)
        telling = [line.strip() for line in self._kept if any(sign in line for sign in _TELLING)]
        text = "\n".join([reason, *telling])
        known = translated("start Spark", text)
        if known is not None:
            return known
        said = "; ".join(dict.fromkeys(telling[:3])) or reason.strip().splitlines()[0]
        return UsageError(
            f"Spark did not start: {said[:400]}",
            hint="check [engines.spark] master, jars and conf; without a way to Maven Central name the jar files there",
        )

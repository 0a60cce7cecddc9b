"""The driver's Java process: started with our logging, its chatter kept from the user unless it fails."""

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
    """Start Java, and Spark in it.

    Args:
        conf: What the driver must know from the start; nothing secret, for it stands on a command line.
        verbose: Whether everything that Spark says goes to stderr.

    Raises:
        UsageError: It did not come up.
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
    """What the Java process says, line by line, on a thread of its own.

    Until the session is up that is the launcher's talk of jars, which is worth a look only where it fails; after that
    it is what our logging configuration lets through, and belongs on stderr. Nothing of it reaches stdout.

    Attributes:
        ear: The file descriptor to give to the process.
        settled: Whether the session is up.
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
        """The process has its own end now."""
        os.close(self.ear)

    def failure(self, reason: str) -> K2Error:
        """Why it did not come up: the launcher's own words where there are some that tell."""
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

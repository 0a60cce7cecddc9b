"""Java processes that start quickly: they compile little, and find the classes of Spark in an archive.

A command with Spark loads and checks some ten thousand classes, which takes more time than to fold a few trades. Java
keeps classes for the next process in an archive (JEP 350), here in the virtual environment. What Java cannot use of
it, it loads as always.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_SMALL = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m"
"""A Java process that folds a few hundred trades does not live long enough to be compiled well."""

_ROOT = Path(__file__).parents[1]


@cache
def quick() -> str:
    """Options of a Java process of Spark that does little."""
    return f"{_SMALL} {_known_classes()}"


def _known_classes() -> str:
    """Options that name the archive of this installation, which is made if there is none; nothing without Java."""
    java = shutil.which("java")
    if java is None or find_spec("pyspark") is None:
        return ""
    version = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    archive = Path(sys.prefix) / f"spark-{hashlib.sha256(version.encode()).hexdigest()[:8]}.jsa"
    with archive.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other processes of this run of pytest wait for the first
        if not archive.exists():
            _make(archive)
    return f"-XX:SharedArchiveFile={archive} -Xlog:cds=off -Xlog:class+path=off"


def _make(archive: Path) -> None:
    """Have Java write what a small refresh loads."""
    with tempfile.TemporaryDirectory(prefix="k2-", dir=archive.parent) as folder:
        made = Path(folder) / archive.name
        options = f"{_SMALL} -XX:ArchiveClassesAtExit={made} -Xlog:cds=off"
        subprocess.run([sys.executable, "-m", "tests.small_refresh", folder, options], cwd=_ROOT, check=True)
        made.replace(archive)

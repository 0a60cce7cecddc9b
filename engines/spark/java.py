"""The Java that Spark runs on: found, and of a version it knows, or an error that says what to install."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from engines.errors import UsageError

VERSIONS = (17, 21)
"""What Spark 4.1 runs on (https://spark.apache.org/docs/4.1.0/)."""

_HINT = (
    "install one: apt-get install openjdk-17-jre-headless, dnf install java-17-openjdk-headless or "
    "brew install openjdk@17; or set JAVA_HOME to it"
)
_PLACES = (Path("/usr/lib/jvm"), Path("/Library/Java/JavaVirtualMachines"))


def ensure_java() -> None:
    """Leave in JAVA_HOME a Java that Spark runs on: the one that is there, else the first that is found.

    Raises:
        UsageError: There is none.
    """
    seen = []
    for java in _candidates():
        version = java_version(java)
        if version in VERSIONS:
            os.environ["JAVA_HOME"] = str(java.parent.parent)
            return
        seen.append(f"{java} is Java {version}" if version else f"{java} does not run")
    found = "; ".join(seen) or "no java was found"
    raise UsageError(f"Spark needs Java {' or '.join(map(str, VERSIONS))}: {found}", hint=_HINT)


def java_version(java: Path) -> int | None:
    """The feature version of a ``java`` program; None where it does not run or does not tell."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program the user has installed
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    named = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(named[1]) if named else None


def _candidates() -> Iterator[Path]:
    """The programs named ``java``, most wanted first."""
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve()
    for place in _PLACES:
        for version in VERSIONS:
            yield from sorted(place.glob(f"*{version}*/bin/java"))
            yield from sorted(place.glob(f"*{version}*/Contents/Home/bin/java"))

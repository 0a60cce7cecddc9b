"""The Java that Spark runs on: found, and of a version it knows, or an error that says what to install."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from engines.domain.surroundings import JAVA_VERSIONS, java_version
from engines.errors import UsageError

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
        version = version_of(java)
        if version in JAVA_VERSIONS:
            os.environ["JAVA_HOME"] = str(java.parent.parent)
            return
        seen.append(f"{java} is Java {version}" if version else f"{java} does not run")
    found = "; ".join(seen) or "no java was found"
    raise UsageError(f"Spark needs Java {' or '.join(map(str, JAVA_VERSIONS))}: {found}", hint=_HINT)


def version_of(java: Path) -> int | None:
    """The feature version of a ``java`` program; None where it does not run or does not tell."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program the user has installed
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return java_version(answer.stderr)


def _candidates() -> Iterator[Path]:
    """The programs named ``java``, most wanted first."""
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve()
    for place in _PLACES:
        for version in JAVA_VERSIONS:
            yield from sorted(place.glob(f"*{version}*/bin/java"))
            yield from sorted(place.glob(f"*{version}*/Contents/Home/bin/java"))

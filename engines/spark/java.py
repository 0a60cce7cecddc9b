"""Finds a Java of a version that Spark supports, or raises an error that says what to install."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from glob import glob
from pathlib import Path

from engines.errors import UsageError
from engines.spark.pins import JAVA_VERSIONS

HINT = (
    "install one: apt-get install openjdk-17-jre-headless, dnf install java-17-openjdk-headless or "
    "brew install openjdk@17; or set JAVA_HOME to it"
)
_PLACES = ("/usr/lib/jvm/*{}*/bin/java", "/Library/Java/JavaVirtualMachines/*{}*/Contents/Home/bin/java")
"""Patterns of the paths at which operating systems install Java; the placeholder is the version."""


def ensure_java() -> None:
    """Set JAVA_HOME to a Java that Spark supports: the present one if it fits, else the first one found.

    Raises:
        UsageError: No Java of a supported version was found.
    """
    seen = []
    for java in programs(os.environ, shutil.which, glob):
        version = version_of(java)
        if version in JAVA_VERSIONS:
            os.environ["JAVA_HOME"] = str(Path(java).resolve().parent.parent)
            return
        seen.append(f"{java} is Java {version}" if version else f"{java} does not run")
    found = "; ".join(seen) or "no java was found"
    raise UsageError(f"Spark needs Java {' or '.join(map(str, JAVA_VERSIONS))}: {found}", hint=HINT)


def programs(
    variables: Mapping[str, str], find_program: Callable[[str], str | None], files: Callable[[str], Sequence[str]]
) -> Iterator[str]:
    """The paths of ``java`` programs, preferred ones first: of JAVA_HOME, on the PATH, in the usual folders.

    Args:
        variables: The environment variables.
        find_program: Finds a program on the PATH.
        files: Finds files by a shell pattern.
    """
    if home := variables.get("JAVA_HOME"):
        yield str(Path(home) / "bin" / "java")
    if there := find_program("java"):
        yield there
    for version in JAVA_VERSIONS:
        for place in _PLACES:
            yield from sorted(files(place.format(version)))


def version_of(java: str) -> int | None:
    """The feature version of a ``java`` program; None where it does not run or prints no version."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program the user has installed
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told_version(answer.stderr)


def told_version(said: str) -> int | None:
    """The feature version in the output of ``java -version``; None where there is none."""
    named = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(named[1]) if named else None

"""The machine as the checks see it; tests replace it."""

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PATIENCE = 20.0
"""Seconds that a program may take to tell its version."""


def installed_version(package: str) -> str | None:
    """The version of an installed package; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def what_it_says(command: Sequence[str]) -> str | None:
    """Standard output and standard error of a program; None if it cannot be run, fails, or takes too long."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout + ran.stderr if ran.returncode == 0 else None


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk of a folder; if the folder does not exist, of its nearest parent that does."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def package_folder(package: str) -> Path | None:
    """The folder of an installed package, found without importing it; None if it is not found."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found is not None and found.origin else None


def utc_offset() -> int:
    """Seconds by which local time is ahead of UTC."""
    return time.localtime().tm_gmtoff


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a check may find out about the machine.

    Attributes:
        python: The version of Python: major and minor.
        variables: The environment variables.
        home: The user's home folder.
        version_of: Returns the version of an installed package.
        says: Returns the output of a program.
        find_program: Returns the path of a program on the PATH.
        files: Returns the files that match a shell pattern.
        free: Returns the free bytes on the disk of a folder.
        folder_of: Returns the folder of an installed package.
        utc_offset: Returns the seconds by which local time is ahead of UTC.
    """

    python: tuple[int, int] = sys.version_info[:2]
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    home: Path = field(default_factory=Path.home)
    version_of: Callable[[str], str | None] = installed_version
    says: Callable[[Sequence[str]], str | None] = what_it_says
    find_program: Callable[[str], str | None] = shutil.which
    files: Callable[[str], Sequence[str]] = glob.glob
    free: Callable[[Path], int] = free_bytes
    folder_of: Callable[[str], Path | None] = package_folder
    utc_offset: Callable[[], int] = utc_offset

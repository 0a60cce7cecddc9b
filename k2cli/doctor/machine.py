"""The machine as the checks see it. The tests put another one in its place."""

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
    """The version of an installed package; None where there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def what_it_says(command: Sequence[str]) -> str | None:
    """Everything that a program says; None where it cannot be run."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout + ran.stderr if ran.returncode == 0 else None


def free_bytes(folder: Path) -> int:
    """Free bytes of the disk that holds a folder, or the nearest one above it that exists."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def package_folder(package: str) -> Path | None:
    """Where a package lies; nothing of it is run."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found is not None and found.origin else None


def utc_offset() -> int:
    """Seconds that the machine's local time is ahead of UTC."""
    return time.localtime().tm_gmtoff


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a check may ask of the machine.

    Attributes:
        python: The version of Python.
        variables: The environment variables.
        home: The user's folder.
        version_of: The version of an installed package.
        says: What a program says.
        find_program: Where a program lies.
        files: Files by a shell's pattern.
        free: Free bytes at a folder.
        folder_of: Where a package lies.
        utc_offset: Seconds that local time is ahead of UTC.
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

"""Parts of the machine that tests need besides Python: if one is missing, they are skipped, or fail if CI is set."""

import importlib
import os
import shutil
from types import ModuleType
from typing import NoReturn

import pytest


class Missing(Exception):  # noqa: N818 - the state of the machine, told as the reason of a skip
    """A part that a test needs is not on this machine."""


def missing(part: Missing | str) -> NoReturn:
    """Skip the test because a part is missing; if CI is set, fail it, since nothing may be missing there."""
    if os.environ.get("CI"):
        pytest.fail(f"{part} (in CI nothing may be missing)")
    pytest.skip(str(part))


def program(name: str, package: str) -> str:
    """The path of a program.

    Raises:
        Missing: The program is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise Missing(f"there is no {name} on this machine: apt-get install {package}")
    return found


def module(name: str, extra: str) -> ModuleType:
    """Import a module of an extra; if it is not installed, end the test as `missing` does."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        missing(f"there is no {name.partition('.')[0]}: pip install 'k2-ohlcv[{extra}]'")

"""What tests need of the machine beside Python: where a part is missing, they are skipped, or fail where CI is set."""

import importlib
import os
import shutil
from types import ModuleType
from typing import NoReturn

import pytest


class Missing(Exception):  # noqa: N818 - the state of the machine, told as the reason of a skip
    """A part that a test needs is not on this machine."""


def missing(part: Missing | str) -> NoReturn:
    """Skip the test for want of a part; where CI is set nothing may be missing, and the test fails."""
    if os.environ.get("CI"):
        pytest.fail(f"{part} (in CI nothing may be missing)")
    pytest.skip(str(part))


def program(name: str, package: str) -> str:
    """The path of a program.

    Raises:
        Missing: It is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise Missing(f"there is no {name} on this machine: apt-get install {package}")
    return found


def module(name: str, extra: str) -> ModuleType:
    """A module of an extra, or the end of the test as in `missing`."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        missing(f"there is no {name.partition('.')[0]}: pip install 'k2-ohlcv[{extra}]'")

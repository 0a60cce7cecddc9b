"""The distribution of examples/duckdb_engine, installed as a user would."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import ROOT
from tests.machine import module


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the distribution installed into it, from this checkout and nothing else."""
    module("duckdb", "services")
    folder = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        *options,
        "--target",
        str(folder),
        str(ROOT / "examples" / "duckdb_engine"),
    ]
    installed = subprocess.run(pip, capture_output=True, text=True, check=False, timeout=300)
    assert installed.returncode == 0, installed.stderr
    return folder

"""Tests that share a JVM or servers run in one process: on three, each would start a cluster of its own.

Those that start for themselves what they need run in any process.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.mark.services
@pytest.mark.parametrize("number", range(6))
def test_of_servers(number):
    pass


@pytest.mark.services(process="own")
def test_of_its_own():
    pass
"""


def test_tests_of_servers_run_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ("tests.groups",)\n')
    (tmp_path / "test_servers.py").write_text(TESTS)
    variables = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "--rest", "-v", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={**variables, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    workers = re.findall(r"\[(gw\d)\] .* PASSED .*::test_of_servers\[\d\]@services", ran.stdout)

    assert len(workers) == 6, ran.stdout + ran.stderr
    assert len(set(workers)) == 1
    assert re.search(r"PASSED .*::test_of_its_own\s", ran.stdout)

"""What is exported to standard output goes there alone; a reader that leaves is no failure, a full disk is one."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("pipes of a POSIX shell", allow_module_level=True)


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        ("--format csv | head -1", (0, "symbol,exchange,window_start", "")),
        ("--format json | head -1", (0, "[", "")),
        ("--format parquet > /dev/full", (6, "", "no room to write standard output: no space left on device")),
        ("--format ndjson > /dev/full", (6, "", "no room to write standard output: no space left on device")),
    ],
)
def test_a_pipe_and_a_full_disk(
    lake: Path, k2: Path, environment: Mapping[str, str], line: str, ended: tuple[int, str, str]
) -> None:
    code, out, err = ended
    shell = f"'{k2}' export 1m --to - {line}; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(
        ["bash", "-c", shell], cwd=lake, env=environment, capture_output=True, text=True, check=False, timeout=120
    )

    assert ran.returncode == code, ran.stderr
    assert ran.stdout.startswith(out)
    assert err in ran.stderr
    assert bool(err) == bool(ran.stderr)

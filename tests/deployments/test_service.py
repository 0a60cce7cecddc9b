"""Services end with the tests: when these are done, and when they are killed."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.deployments.service import Service

ROOT = Path(__file__).parents[2]
OWNER = """
import sys, time
from pathlib import Path
from tests.deployments.service import Service
service = Service(["sh", "-c", "echo pid $$; exec sleep 600"], log=Path(sys.argv[1]))
service.said("pid")
print("up", flush=True)
time.sleep(600)
"""


def runs(pid: int) -> bool:
    """Whether there is such a process, zombies left aside."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    """Whether a process ends soon."""
    end = time.monotonic() + 30
    while runs(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not runs(pid)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only Linux ties a process to its parent")
def test_a_service_ends_when_its_test_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(log)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        pid = int(log.read_text().split()[1])
        assert runs(pid)
        owner.send_signal(signal.SIGKILL)

    assert ends(pid)


def test_a_service_that_does_not_listen_is_ended_by_force(tmp_path: Path) -> None:
    deaf = "trap '' TERM; sleep 600 & echo child $!; wait; sleep 600"
    service = Service(["sh", "-c", deaf], log=tmp_path / "log", patience=1)
    child = int(service.said(r"child (\d+)")[1])

    service.end()

    assert ends(child)


def test_a_service_that_dies_is_told_with_what_it_said(tmp_path: Path) -> None:
    service = Service(["sh", "-c", "echo no port left; exit 3"], log=tmp_path / "log")

    with pytest.raises(RuntimeError, match="no port left"):
        service.said("ready")
    service.end()

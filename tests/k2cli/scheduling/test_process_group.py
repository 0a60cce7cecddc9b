"""A command in its process group ends in time, with its whole group, and with the process that started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from k2cli.scheduling import process_group

STUBBORN = """trap '' TERM
echo $$ > {pids}
(trap '' TERM; echo $BASHPID >> {pids}; sleep 60; sleep 60) &
sleep 60; sleep 60"""
"""A program that does not heed SIGTERM, nor does what it has started."""


def alive(process: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def await_truth(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def numbers(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_what_it_says_and_how_it_ends() -> None:
    assert process_group.run(["sh", "-c", "echo out; echo err >&2; exit 5"], limit=30) == process_group.Finished(
        5, "out\n", "err\n"
    )


def test_no_shell_reads_the_arguments() -> None:
    assert process_group.run(["printf", "%s", "$HOME; rm *"], limit=30).out == "$HOME; rm *"


def test_at_its_limit_it_is_asked_to_end() -> None:
    ended = process_group.run(["bash", "-c", "trap 'echo ending; exit 143' TERM; echo begun; sleep 60 & wait"], limit=1)

    assert ended == process_group.Finished(143, "begun\nending\n", "", late=True)


def test_who_does_not_heed_is_killed_with_all_that_it_has_started(tmp_path: Path) -> None:
    ended = process_group.run(["bash", "-c", STUBBORN.format(pids=tmp_path / "pids")], limit=2, grace=0.2)

    assert (ended.code, ended.late) == (-signal.SIGKILL, True)
    assert len(numbers(tmp_path / "pids")) == 2
    await_truth(lambda: not any(map(alive, numbers(tmp_path / "pids"))))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_the_process_that_started_it(tmp_path: Path, number: signal.Signals) -> None:
    """Which cannot tell it so when it is killed, and does when it is interrupted."""
    pids = tmp_path / "pids"
    script = ["bash", "-c", f"echo $$ > {pids}; sleep 60; sleep 60"]
    program = f"from k2cli.scheduling import process_group; process_group.run({script!r}, limit=60)"
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL) as starter:
        await_truth(lambda: numbers(pids))
        (command,) = numbers(pids)
        assert alive(command)
        assert os.getpgid(command) == command  # a group of its own
        starter.send_signal(number)
        await_truth(lambda: not alive(command))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_parent_that_was_gone_before_is_noticed(tmp_path: Path) -> None:
    """It started us and died before we were tied to it: our parent is another by now."""
    ran = subprocess.run(
        [sys.executable, "-m", "k2cli.scheduling.process_group", str(os.getppid()), "touch", str(tmp_path / "made")],
        check=False,
    )

    assert ran.returncode == 128 + signal.SIGKILL
    assert not (tmp_path / "made").exists()

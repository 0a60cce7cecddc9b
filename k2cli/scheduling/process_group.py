"""A command in a process group of its own, which ends with its time limit and with the process that started it.

Started as a program (``python -P -m k2cli.scheduling.process_group PID COMMAND…``) it ties itself to its parent and
becomes the command: on Linux the kernel kills it when the parent is gone, even by a SIGKILL. That is done here and not
between fork and exec, where Python code may deadlock in a process with threads. Elsewhere an orphan runs on to its end.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

GRACE = 10
"""Seconds between SIGTERM and SIGKILL."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended.

    Attributes:
        code: Its exit code; negative: the signal that ended it.
        out: What it wrote to stdout.
        err: What it wrote to stderr.
        late: It was ended because its time was over.
    """

    code: int
    out: str
    err: str
    late: bool = False


def run(command: Sequence[str], *, limit: float, grace: float = GRACE) -> Finished:
    """Run a command to its end, or to its limit. Nothing of it is left running, however this ends.

    Args:
        command: The program and its arguments; no shell reads them.
        limit: Seconds it may take.
        grace: Seconds it has to end itself after SIGTERM.
    """
    tied = (sys.executable, "-P", "-m", "k2cli.scheduling.process_group", str(os.getpid()), *command)
    with subprocess.Popen(  # noqa: S603 - an argument list of ours
        tied,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            _end(process, grace)
            out, err = process.communicate()
            return Finished(process.returncode, out, err, late=True)
        finally:
            _end(process, grace)
    return Finished(process.returncode, out, err)


def _end(process: "subprocess.Popen[str]", grace: float) -> None:
    """End the group: what it has started may outlive the command."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    with suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says it by the second
        os.killpg(process.pid, signal.SIGKILL)


def main(arguments: Sequence[str]) -> None:
    """Tie this process to its parent, and become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # gone before it was tied to
        sys.exit(128 + signal.SIGKILL)
    os.execvp(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])

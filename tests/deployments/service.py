"""A process that serves a test: started, awaited by what it says, and ended by its own id."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

_PATIENCE = 90
"""Seconds until a service has to be there: a machine may be busy, a service that hangs must still end the test."""


class Service:
    """A running process, which leads a process group of its own.

    Args:
        command: The program and its arguments.
        log: Where all that it says goes.
        variables: Added to the environment.
        user: The user it runs as; None: who runs the test.
        patience: Seconds it has to end itself when it is told to.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        variables: Mapping[str, str] | None = None,
        user: str | None = None,
        patience: float = 20,
    ) -> None:
        self._log = log
        self._patience = patience
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*_tied(), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(variables or {})},
                cwd=log.parent,
                user=user,
                group=None if user is None else pwd.getpwnam(user).pw_gid,
                extra_groups=None if user is None else [],
                start_new_session=True,
            )

    def said(self, pattern: str) -> re.Match[str]:
        """What it said that matches, as soon as it has said so.

        Raises:
            RuntimeError: It has ended, or has not said so in time.
        """
        end = time.monotonic() + _PATIENCE
        while True:
            ended = self._process.poll() is not None
            text = self._log.read_text(errors="replace")
            found = re.search(pattern, text)
            if found is not None:
                return found
            if ended or time.monotonic() > end:
                raise RuntimeError(f"{self._process.args!r} said no {pattern!r}:\n{text[-4000:]}")
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and all that it has started, by force where it does not listen."""
        try:
            if self._process.poll() is None:
                self._process.send_signal(how)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(timeout=self._patience)
        finally:
            # The group may outlive its leader: a shell that was ended leaves the program it had started.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=20)


def _tied() -> list[str]:
    """What ends a service when the test process is killed, which then cleans up nothing itself (Linux)."""
    found = shutil.which("setpriv")
    return [] if found is None else [found, "--pdeathsig", "TERM"]


def free_port() -> int:
    """A port of the loopback that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

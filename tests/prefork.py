"""A `k2` that starts at once: a process that has loaded the libraries forks one for each command.

Loading takes three quarters of the time of a short command, and the tests type hundreds. What a user types is the same,
a program on the PATH with arguments, variables, a working directory and streams of its own. It is not for tests of the
start, of signals and kills, nor for Prefect, and the nightly run does without.

Java does not survive a fork. For commands with Spark the process carries them out itself, one after the other, and the
Java that the first of them starts serves them all.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool
from typer.core import TyperGroup

import engines
import k2cli

_PROGRAM = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    command = dict(arguments=sys.argv[1:], folder=os.getcwd(), variables=dict(os.environ))
    socket.send_fds(server, [json.dumps(command).encode()], [0, 1, 2])
    server.shutdown(socket.SHUT_WR)
    ended = server.recv(1)
os._exit(ended[0] if ended else 137)
"""
_LIBRARIES = (
    "pyarrow.dataset",
    "pyarrow.parquet",
    "pyiceberg.avro.decoder_fast",
    "pyiceberg.catalog.sql",
    "pyiceberg_core",
    "sqlalchemy.dialects.sqlite",
    "typer._adapters",
)
"""Libraries that ours load late, beside all modules of ours but these:"""
_LEFT_OUT = ("engines.spark", "engines.testing", "k2cli.scheduling.flows")
_MOST_BYTES = 1 << 20


def spare_the_disk() -> None:
    """Let SQLite catalogs of this process not wait for the disk: tests kill processes, and never the machine.

    A wait takes longer than what the tests do between two of them.
    """

    @event.listens_for(Pool, "connect")
    def _connected(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            with suppress(sqlite3.Error):  # such as that the file is no database, which is told to whoever reads it
                connection.execute("PRAGMA synchronous = off")


@contextmanager
def prefork(folder: Path, variables: Mapping[str, str], *, forks: bool = True) -> Iterator[Path]:
    """Keep a process ready while the block runs.

    Args:
        folder: Where the program and the socket are to lie; its path is short, as those of sockets must be.
        variables: Environment of the process that loads the libraries.
        forks: Whether each command has a process of its own; otherwise all have this one, and wait for each other.

    Yields:
        The path of the program `k2`.
    """
    address = folder / "s"
    program = folder / "k2"
    program.write_text(_PROGRAM.format(python=sys.executable, address=str(address)))
    program.chmod(0o755)
    server = [sys.executable, "-P", __file__, str(address), *(["forks"] if forks else [])]
    with subprocess.Popen(
        server, env=dict(variables), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield program
        finally:
            process.terminate()


def _serve(address: str, *, forks: bool) -> None:
    for name in (*_ours(), *_LIBRARIES):
        importlib.import_module(name)
    _make(importlib.import_module("k2cli.__main__").program())
    spare_the_disk()
    gc.collect()
    gc.freeze()  # or each command would look through all that was loaded, and copy its pages
    if forks:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    starter = os.dup(sys.stdin.fileno())  # closed with whoever started us
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        awaited: list[socket.socket | int] = [listener, starter]
        while listener in select.select(awaited, [], [])[0]:
            caller, _ = listener.accept()
            if not forks:
                _run(caller)
                _let_go()
            elif os.fork() == 0:
                listener.close()
                os.close(starter)
                _run(caller)
                os._exit(0)
            caller.close()


def _ours() -> Iterator[str]:
    """Yield the names of our modules that need no extra, and no program but k2."""
    for package in (engines, k2cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(_LEFT_OUT):
                yield module.name


def _make(group: TyperGroup) -> None:
    """Make the commands of a group, which it does itself once it is asked for them."""
    context = group.make_context("k2", ["version"])
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, TyperGroup):
            command.list_commands(context)


def _run(caller: socket.socket) -> None:
    """Run the caller's command in this process, and tell the caller its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said, streams = b"", list[int]()
    while True:
        part, files, _, _ = socket.recv_fds(caller, _MOST_BYTES, 3)
        said, streams = said + part, streams + files
        if not part:
            break
    command: dict[str, Any] = json.loads(said)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    code = 1
    try:
        os.chdir(command["folder"])
        os.environ.clear()
        os.environ.update(command["variables"])
        time.tzset()
        sys.argv = ["k2", *command["arguments"]]
        from k2cli.__main__ import main

        code = main()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - as Python ends a program
        traceback.print_exc()
    finally:
        caller.send(bytes([code]))


def _let_go() -> None:
    """Leave the streams of a command that has ended: whoever reads them waits for their end."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)


if __name__ == "__main__":
    _serve(sys.argv[1], forks="forks" in sys.argv[2:])

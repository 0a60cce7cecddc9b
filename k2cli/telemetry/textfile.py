"""Small files that others read while we write: replaced as a whole, so that no reader sees half of one."""

import contextlib
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from engines.errors import UsageError
from k2cli.session.logs import LOGGER

try:
    import fcntl
except ImportError:  # not on this system: writers there trust that they are alone
    fcntl = None  # type: ignore[assignment]

_PATIENCE = 5.0
"""Seconds that one writer waits for another; each of them needs milliseconds."""
_TOLD_AFTER = 2.0
"""Seconds after which a wait is told."""


def replace_text(path: Path, text: str) -> None:
    """Replace a file's text atomically.

    Raises:
        OSError: It cannot be written; the old file is as it was.
    """
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with new.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def refuse_unwritable(path: Path, *, option: str) -> None:
    """Refuse a file that cannot be replaced, before any work is done.

    Raises:
        UsageError: It cannot.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."):
            pass
    except OSError as error:
        hint = f"name a file in a folder that exists and may be written: {option} FILE"
        raise UsageError(f"{option}: {path} cannot be written: {error.strerror}", hint=hint) from error


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a lock on files of a folder that are read and then rewritten.

    The folder itself is locked: no lock file stays behind. Where a folder cannot be locked (some network file
    systems), or its lock does not come free, the work goes on without: it concerns reports, no candles.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _await_lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _await_lock(handle: int, folder: Path) -> None:
    began, told = time.monotonic(), False
    while not _locked(handle) and (waited := time.monotonic() - began) < _PATIENCE:
        if waited >= _TOLD_AFTER and not told:
            LOGGER.info("waiting for the lock of the folder %s", folder)
            told = True
        time.sleep(0.01)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks here: do not wait for one
        return True
    return True

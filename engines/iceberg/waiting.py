"""Says what a run waits for where a catalog or a store takes long to answer: else it would look stuck."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io.pyarrow import PyArrowFile
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext

PATIENCE = 2.0
"""Seconds after which a wait is told."""

LOGGER = logging.getLogger("engines.waiting")

_KEY = "k2.waiting"

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


class _Waits:
    """Waits that one thread looks at, when the first of them may be too long.

    A thread for each would take longer to start than most statements take to be answered.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._pending: dict[object, tuple[float, str]] = {}
        self._thread: Thread | None = None
        self._looks_at = 0.0

    def begin(self, awaited: str, patience: float) -> object:
        """Begin a wait, which is told if it has not ended after the patience; return what ends it."""
        wait, until = object(), monotonic() + patience
        with self._changed:
            self._pending[wait] = until, awaited
            if self._thread is None or not self._thread.is_alive():
                self._looks_at = until
                self._thread = Thread(target=self._look, daemon=True)
                self._thread.start()
            elif until < self._looks_at:
                self._changed.notify()
        return wait

    def end(self, wait: object) -> None:
        """End a wait."""
        with self._changed:
            self._pending.pop(wait, None)

    def _look(self) -> None:
        while (late := self._late()) is not None:
            for awaited in late:
                LOGGER.info("waiting for %s", awaited)

    def _late(self) -> list[str] | None:
        """Sleep until a wait may be too long; return what is waited for too long, None if nothing is waited for."""
        with self._changed:
            if not self._pending:
                self._thread = None
                return None
            self._looks_at = min(until for until, _ in self._pending.values())
            self._changed.wait(max(self._looks_at - monotonic(), 0))
            late = [wait for wait, (until, _) in self._pending.items() if until <= monotonic()]
            return [self._pending.pop(wait)[1] for wait in late]


_WAITS = _Waits()


@contextmanager
def telling(awaited: str, patience: float = PATIENCE) -> Iterator[None]:
    """Tell what is waited for if the block takes longer than the patience."""
    wait = _WAITS.begin(awaited, patience)
    try:
        yield
    finally:
        _WAITS.end(wait)


def awaited_of(properties: Mapping[str, str]) -> str:
    """What is waited for where a catalog takes long: of SQLite that can only be the lock of its file."""
    uri = urlsplit(properties.get("uri", ""))
    if uri.scheme.startswith("sqlite"):
        return f"the lock of {Path(uri.path).name}"
    return f"the catalog at {uri.hostname}" if uri.hostname else "the catalog"


def tell_waits(catalog: Catalog, awaited: str, patience: float = PATIENCE) -> None:
    """Tell of each statement of a catalog in a database, or request to one behind REST, that takes too long."""
    # Of a REST catalog; to import its class for a look would cost all others a while.
    session = getattr(catalog, "_session", None)
    if session is not None:
        session.send = _told(session.send, awaited, patience)
    if isinstance(catalog, SqlCatalog):
        _tell_statements(catalog, awaited, patience)


def _told(send: Callable[_Given, _Answer], awaited: str, patience: float) -> Callable[_Given, _Answer]:
    @wraps(send)
    def sent(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        with telling(awaited, patience):
            return send(*args, **kwargs)

    return sent


def _tell_statements(catalog: SqlCatalog, awaited: str, patience: float) -> None:
    def begin(connection: Connection, *_: Any) -> None:  # noqa: ANN401 - statement and parameters
        connection.info.setdefault(_KEY, []).append(_WAITS.begin(awaited, patience))

    def end(connection: Connection, *_: Any) -> None:  # noqa: ANN401
        for wait in connection.info.pop(_KEY, ()):
            _WAITS.end(wait)

    def fail(context: ExceptionContext) -> None:
        if context.connection is not None:
            end(context.connection)

    event.listen(catalog.engine, "before_cursor_execute", begin)
    event.listen(catalog.engine, "after_cursor_execute", end)
    event.listen(catalog.engine, "handle_error", fail)


def _told_of_stores(method: Callable[..., _Answer]) -> Callable[..., _Answer]:
    @wraps(method)
    def carried_out(file: PyArrowFile, *args: object, **kwargs: object) -> _Answer:
        where = urlsplit(file.location)
        if where.scheme in ("", "file"):
            return method(file, *args, **kwargs)
        with telling(f"the storage {where.scheme}://{where.hostname or ''}", PATIENCE):
            return method(file, *args, **kwargs)

    return carried_out


_CALLS = {name: _told_of_stores(getattr(PyArrowFile, name)) for name in ("open", "create", "_file_info")}
"""What PyIceberg does with a file first: where a store does not answer, that takes long."""


def tell_of_stores() -> None:
    """Tell of each file on a store that takes longer than the patience to be opened, begun or looked up."""
    for name, call in _CALLS.items():
        setattr(PyArrowFile, name, call)

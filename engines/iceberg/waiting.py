"""Says what a run waits for where a catalog takes long to answer: else it would look stuck."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext

PATIENCE = 2.0
"""Seconds after which a wait is told."""

LOGGER = logging.getLogger("engines.waiting")

_TIMERS = "k2.waiting"


@contextmanager
def telling(awaited: str, patience: float = PATIENCE) -> Iterator[None]:
    """Tell what is waited for if the block takes longer than the patience."""
    timer = _timer(awaited, patience)
    try:
        yield
    finally:
        timer.cancel()


def awaited_of(properties: Mapping[str, str]) -> str:
    """What is waited for where a catalog takes long: of SQLite that can only be the lock of its file."""
    uri = urlsplit(properties.get("uri", ""))
    if uri.scheme.startswith("sqlite"):
        return f"the lock of {Path(uri.path).name}"
    return f"the catalog at {uri.hostname}" if uri.hostname else "the catalog"


def tell_waits(catalog: Catalog, awaited: str, patience: float = PATIENCE) -> None:
    """Tell of each statement of a catalog in a database that takes longer than the patience."""
    if not isinstance(catalog, SqlCatalog):
        return

    def begin(connection: Connection, *_: Any) -> None:  # noqa: ANN401 - statement and parameters
        connection.info.setdefault(_TIMERS, []).append(_timer(awaited, patience))

    def end(connection: Connection, *_: Any) -> None:  # noqa: ANN401
        for timer in connection.info.pop(_TIMERS, ()):
            timer.cancel()

    def fail(context: ExceptionContext) -> None:
        if context.connection is not None:
            end(context.connection)

    event.listen(catalog.engine, "before_cursor_execute", begin)
    event.listen(catalog.engine, "after_cursor_execute", end)
    event.listen(catalog.engine, "handle_error", fail)


def _timer(awaited: str, patience: float) -> Timer:
    timer = Timer(patience, LOGGER.info, ("waiting for %s", awaited))
    timer.daemon = True
    timer.start()
    return timer

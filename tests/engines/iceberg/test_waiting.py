"""Whoever waits for a lock, a catalog or a store is told which."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.io.pyarrow import PyArrowFile

from engines.iceberg import waiting
from engines.iceberg.waiting import LOGGER, awaited_of, tell_of_stores, tell_waits, telling


class Ending(logging.Handler):
    """Keeps what is told, and gives the lock back as soon as it was."""

    def __init__(self, other: sqlite3.Connection) -> None:
        super().__init__()
        self.other = other
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())
        if self.other.in_transaction:
            self.other.rollback()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process' connection to the catalog."""
    with closing(sqlite3.connect(tmp_path / "catalog.db", isolation_level=None, check_same_thread=False)) as connection:
        yield connection


@pytest.fixture
def ending(other: sqlite3.Connection) -> Iterator[Ending]:
    handler, level = Ending(other), LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    yield handler
    LOGGER.setLevel(level)
    LOGGER.removeHandler(handler)


def properties(folder: Path) -> dict[str, str]:
    return {"type": "sql", "uri": f"sqlite:///{folder}/catalog.db?timeout=60", "warehouse": str(folder)}


def test_a_lock_is_named_while_it_is_waited_for(tmp_path: Path, other: sqlite3.Connection, ending: Ending) -> None:
    """The lock is given back only when the wait has been told, so this test would not end without it."""
    wanted = properties(tmp_path)
    catalog = load_catalog("k2", **wanted)
    tell_waits(catalog, awaited_of(wanted), patience=0.01)
    other.execute("BEGIN EXCLUSIVE")
    catalog.create_namespace("market_data")

    assert ending.told[0] == "waiting for the lock of catalog.db"
    assert catalog.list_namespaces() == [("market_data",)]


def test_so_it_is_while_the_catalog_is_opened(tmp_path: Path, other: sqlite3.Connection, ending: Ending) -> None:
    other.execute("BEGIN EXCLUSIVE")
    with telling(awaited_of(properties(tmp_path)), patience=0.01):
        load_catalog("k2", **properties(tmp_path))

    assert ending.told[0] == "waiting for the lock of catalog.db"


def test_a_statement_that_fails_is_not_waited_for_any_more(tmp_path: Path, ending: Ending) -> None:
    wanted = properties(tmp_path) | {"init_catalog_tables": "false"}
    catalog = load_catalog("k2", **wanted)
    tell_waits(catalog, "an answer", patience=3600)
    with pytest.raises(Exception, match="no such table"):
        catalog.list_namespaces()

    assert ending.told == []


def test_a_short_patience_ends_first_whatever_else_is_waited_for(
    other: sqlite3.Connection, ending: Ending, tmp_path: Path
) -> None:
    other.execute("BEGIN EXCLUSIVE")
    with telling("what takes an hour", patience=3600), telling("the lock of catalog.db", patience=0.01):
        load_catalog("k2", **properties(tmp_path))

    assert ending.told == ["waiting for the lock of catalog.db"]


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("sqlite:////srv/desk/catalog.db?timeout=60", "the lock of catalog.db"),
        ("postgresql+pg8000://k2:secret@db.desk:5432/candles", "the catalog at db.desk"),
        ("http://rest.desk:8181", "the catalog at rest.desk"),
        ("", "the catalog"),
    ],
)
def test_what_is_waited_for_has_a_name_and_no_password(uri: str, words: str) -> None:
    assert awaited_of({"uri": uri}) == words


@contextmanager
def hearing(then: Callable[[], None]) -> Iterator[list[str]]:
    """Collect what is told, and do something as soon as it is."""
    told: list[str] = []

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(record.getMessage())
            then()

    handler, level = Hearing(), LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield told
    finally:
        LOGGER.setLevel(level)
        LOGGER.removeHandler(handler)


def test_a_request_to_a_catalog_behind_rest_is_told_of() -> None:
    """It is answered only when the wait has been told."""
    answer = Event()
    session = SimpleNamespace(send=lambda request, **_: answer.wait() and f"answer to {request}")
    tell_waits(cast("Catalog", SimpleNamespace(_session=session)), "the catalog at rest.desk", patience=0.01)
    with hearing(answer.set) as told:
        assert session.send("GET /v1/config", stream=False) == "answer to GET /v1/config"

    assert told == ["waiting for the catalog at rest.desk"]


def test_a_store_is_told_of_and_a_disk_of_this_machine_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    awaited: list[str] = []

    @contextmanager
    def noting(what: str, _patience: float) -> Iterator[None]:
        awaited.append(what)
        yield

    monkeypatch.setattr(waiting, "telling", noting)
    tell_of_stores()
    files: Any = SimpleNamespace(open_input_file=lambda _: BytesIO(b"content"))
    for location in ("s3://k2:secret@desk/trades/1.parquet", "file:///trades/1.parquet", "/trades/1.parquet"):
        assert PyArrowFile(location, "trades/1.parquet", files).open().read() == b"content"

    assert awaited == ["the storage s3://desk"]

"""Files that others read while we write are replaced whole, and no run waits for ever for another."""

import fcntl
import logging
import os
import threading
from pathlib import Path

import pytest

from engines.errors import UsageError
from k2cli.session.logs import LOGGER
from k2cli.telemetry import textfile
from k2cli.telemetry.textfile import alone_in, refuse_unwritable, replace_text


def test_a_file_is_replaced_and_nothing_else_stays(tmp_path: Path) -> None:
    for text in ("one\n", "two ü\n"):
        replace_text(tmp_path / "f", text)

        assert (tmp_path / "f").read_bytes() == text.encode()
        assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_text_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(tmp_path / "f", "half\udcff")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("f", "old")]


def test_what_cannot_be_written_is_refused_and_looking_leaves_nothing(tmp_path: Path) -> None:
    refuse_unwritable(tmp_path / "f", option="--report")
    assert list(tmp_path.iterdir()) == []

    with pytest.raises(UsageError, match=r"--report: .*nowhere/f cannot be written: No such file or directory"):
        refuse_unwritable(tmp_path / "nowhere" / "f", option="--report")


def test_those_who_read_and_write_a_folder_take_turns(tmp_path: Path) -> None:
    """Each adds one to what it reads; without turns most of these would be lost."""
    file = tmp_path / "n"
    file.write_text("0")

    def add() -> None:
        for _ in range(20):
            with alone_in(tmp_path):
                replace_text(file, str(int(file.read_text()) + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert file.read_text() == "80"


def test_a_lock_that_does_not_come_free_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textfile, "_PATIENCE", 0.05)
    other = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with alone_in(tmp_path):
            replace_text(tmp_path / "f", "written all the same")
    finally:
        os.close(other)

    assert (tmp_path / "f").read_text() == "written all the same"


def test_whoever_waits_for_a_lock_is_told_for_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is given back only when the wait has been told, so this test would not end without it."""
    monkeypatch.setattr(textfile, "_TOLD_AFTER", 0.02)
    monkeypatch.setattr(textfile, "_PATIENCE", 3600)
    other, told = os.open(tmp_path, os.O_RDONLY), []

    class Ending(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(record.getMessage())
            os.close(other)

    handler, level = Ending(), LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with alone_in(tmp_path):
            pass
    finally:
        LOGGER.setLevel(level)
        LOGGER.removeHandler(handler)

    assert told == [f"waiting for the lock of the folder {tmp_path}"]

"""Which of the given files are read as trades, and which are set aside with a word."""

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from engines.domain.imports import Shift
from engines.errors import ValidationFailed
from k2cli.jobs.rejects_file import is_rejects_file
from k2cli.trades import FileUnreadable, TradeFile
from k2cli.trades.files import OnDisk, Spool, Store, is_hidden, tables_among

_CHECKSUM = ".CHECKSUM"
_READING = 1
"""Version of the rules by which files are read; when it changes, a file may be imported again."""

_STDIN = Path("-")
_STDIN_NAME = Path("standard input")
_SHOWN = 3

_DIGEST = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b", re.IGNORECASE)
_ALGORITHMS = {64: "sha256", 32: "md5"}
"""By the number of hex digits; KuCoin gives MD5."""


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that was named on the command line, or lies below a folder that was.

    Attributes:
        path: The path; ``standard input`` for what is piped into us.
        digest: SHA-256 of its bytes; empty for a file that is set aside, and for what is no regular file.
        aside: Why it is not read; empty if it is.
        spool: The bytes of what is no file.
    """

    path: Path
    digest: str = ""
    aside: str = ""
    spool: Spool | None = None

    def digest_as(self, trades: TradeFile, unit: str | None, shift: Shift = Shift()) -> str:  # noqa: B008 - frozen
        """32 hex digits of its bytes and of how they are read: under another symbol its trades are others.

        Args:
            trades: The file, as it was detected.
            unit: The unit of its times, if it was given.
            shift: How the decimal points of its numbers are moved.
        """
        layouts = ",".join(sorted({found.layout for found in trades.detected}))
        series = [(found.exchange, found.symbol) for found in trades.detected]
        terms: tuple[object, ...] = (layouts, unit, shift.price, shift.quantity, series)
        if sizes := {size for table in trades.tables for size in table.terms.layout.quantity.contract_sizes.items()}:
            terms = (*terms, sorted(sizes))
        return hashlib.sha256(f"{_READING} {self.digest} {terms!r}".encode()).hexdigest()[:32]


def given_files(paths: Iterable[Path], stdin: IO[bytes] | None = None) -> tuple[GivenFile, ...]:
    """Look at the files: one that is named twice counts once, and one beside its checksum file must agree with that.

    Args:
        paths: Files; folders stand for all tables below them, sorted by their paths, and ``-`` for standard input.
        stdin: What ``-`` stands for; None: the standard input of this process.

    Raises:
        FileUnreadable: A file cannot be read, or there is no table below a folder.
        ValidationFailed: A file does not agree with its checksum file.
    """
    files: list[GivenFile] = []
    seen: set[Path] = set()
    for file in _named(paths):
        path = file.path
        if file.aside:
            files.append(file)
        elif path.resolve() in seen:
            files.append(GivenFile(path, aside="named twice"))
        else:
            seen.add(path.resolve())
            files.append(_piped(stdin or sys.stdin.buffer) if path == _STDIN else _on_disk(path))
    return tuple(files)


def _named(paths: Iterable[Path]) -> Iterator[GivenFile]:
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        elif path.suffix == _CHECKSUM:
            yield GivenFile(path, aside="a checksum file")
        elif is_rejects_file(path):
            yield GivenFile(path, aside="a list of rejected rows")
        else:
            yield GivenFile(path)


def _below(folder: Path) -> Iterator[GivenFile]:
    """The tables below a folder, and one word about all else there."""
    names = sorted(_names(folder))
    tables = [name for name in tables_among(names, archives=True) if not is_rejects_file(folder / name)]
    if not tables:
        raise FileUnreadable(
            f"there is no table below {folder}", hint="a table's name ends in .csv, .parquet, .json..."
        )
    yield from (GivenFile(folder / name) for name in tables)
    aside = sorted({*names}.difference(tables, (name + _CHECKSUM for name in tables)))
    if aside:
        shown = ", ".join(aside[:_SHOWN]) + (", ..." if len(aside) > _SHOWN else "")
        yield GivenFile(folder, aside=f"{len(aside)} files are hidden or no tables: {shown}")


def _names(folder: Path) -> Iterator[str]:
    """Paths of files below a folder, from there; of a hidden folder its own."""
    for where, folders, files in os.walk(folder, onerror=_refuse):
        below = PurePosixPath(Path(where).relative_to(folder).as_posix())
        hidden = [name for name in folders if is_hidden(PurePosixPath(name))]
        folders[:] = [name for name in folders if name not in hidden]
        yield from (str(below / name) for name in (*hidden, *files))


def _refuse(error: OSError) -> None:
    raise FileUnreadable(f"{error.filename} cannot be read: {error.strerror}") from error


def _piped(stdin: IO[bytes]) -> GivenFile:
    spool = Spool(stdin, str(_STDIN_NAME))
    return GivenFile(_STDIN_NAME, _digest(spool), spool=spool)


def _on_disk(path: Path) -> GivenFile:
    if not path.is_file():
        return GivenFile(path)
    store = OnDisk(path)
    try:
        digest = _digest(store)
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read: {error.strerror}") from error
    _check(path, store, digest)
    return GivenFile(path, digest)


def _digest(store: Store, algorithm: str = "sha256") -> str:
    with store.open() as file:
        return hashlib.file_digest(file, algorithm).hexdigest()  # type: ignore[arg-type]  # a readable file


def _check(path: Path, store: Store, sha256: str) -> None:
    beside = path.with_name(path.name + _CHECKSUM)
    if not beside.is_file():
        return
    told = _DIGEST.search(beside.read_text(encoding="utf-8", errors="replace"))
    if told is None:
        raise ValidationFailed(f"{beside} holds no SHA-256 or MD5 digest", hint="download it again, or remove it")
    algorithm = _ALGORITHMS[len(told[0])]
    if told[0].lower() != (sha256 if algorithm == "sha256" else _digest(store, algorithm)):
        raise ValidationFailed(f"{path} does not agree with its checksum in {beside}", hint="download both again")

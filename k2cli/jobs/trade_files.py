"""Which of the given files are read as trades, and which are set aside with a word."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engines.domain.imports import Shift
from engines.errors import ValidationFailed
from k2cli.jobs.rejects_file import is_rejects_file
from k2cli.trades import FileUnreadable, TradeFile

_CHECKSUM = ".CHECKSUM"
_READING = 1
"""Version of the rules by which files are read; when it changes, a file may be imported again."""

_SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that was named on the command line.

    Attributes:
        path: The path as it was given.
        digest: SHA-256 of its bytes; empty for a file that is set aside, and for what is no regular file.
        aside: Why it is not read; empty if it is.
    """

    path: Path
    digest: str = ""
    aside: str = ""

    def digest_as(self, trades: TradeFile, unit: str | None, shift: Shift = Shift()) -> str:  # noqa: B008 - frozen
        """32 hex digits of its bytes and of how they are read: under another symbol its trades are others.

        Args:
            trades: The file, as it was detected.
            unit: The unit of its times, if it was given.
            shift: How the decimal points of its numbers are moved.
        """
        layouts = ",".join(sorted({found.layout for found in trades.detected}))
        series = [(found.exchange, found.symbol) for found in trades.detected]
        terms = (layouts, unit, shift.price, shift.quantity, series)
        return hashlib.sha256(f"{_READING} {self.digest} {terms!r}".encode()).hexdigest()[:32]


def given_files(paths: Iterable[Path]) -> tuple[GivenFile, ...]:
    """Look at the files: one that is named twice counts once, and one beside its checksum file must agree with that.

    Raises:
        FileUnreadable: A file cannot be read.
        ValidationFailed: A file does not agree with its checksum file.
    """
    files: list[GivenFile] = []
    seen: set[Path] = set()
    for path in paths:
        if path.suffix == _CHECKSUM:
            files.append(GivenFile(path, aside="a checksum file"))
        elif is_rejects_file(path):
            files.append(GivenFile(path, aside="a list of rejected rows"))
        elif path.resolve() in seen:
            files.append(GivenFile(path, aside="named twice"))
        else:
            files.append(GivenFile(path, _digest(path) if path.is_file() else ""))
            seen.add(path.resolve())
    return tuple(files)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read: {error.strerror}") from error
    _check(path, digest)
    return digest


def _check(path: Path, digest: str) -> None:
    beside = path.with_name(path.name + _CHECKSUM)
    if not beside.is_file():
        return
    told = _SHA256.search(beside.read_text(encoding="utf-8", errors="replace"))
    if told is None:
        raise ValidationFailed(f"{beside} holds no SHA-256 digest", hint="download it again, or remove it")
    if told[0].lower() != digest:
        raise ValidationFailed(f"{path} does not agree with its checksum in {beside}", hint="download both again")

"""Files and what is inside them: plain, gzip, or the members of a zip archive.

What a file holds is told from its first bytes, never from its name. Nothing is unpacked to disk under a name: a
member's path in an archive is a label in messages and no more.
"""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from gzip import GzipFile
from pathlib import Path, PurePosixPath
from typing import IO, Literal, cast

from k2cli.trades.errors import FileUnreadable, NotTrades
from k2cli.trades.files.streams import Stream, reading

Compression = Literal["none", "gzip", "zip"]

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TABLES = {".csv", ".parquet"}


@dataclass(frozen=True, slots=True)
class Member:
    """One table of trades: a file, or a member of an archive.

    Attributes:
        path: The file on disk.
        compression: How the file is packed.
        inside: The zip member; None for other files.
    """

    path: Path
    compression: Compression
    inside: zipfile.ZipInfo | None = None

    @property
    def name(self) -> str:
        """The path, for a member of an archive followed by ``!`` and its name there."""
        return str(self.path) if self.inside is None else f"{self.path}!{self.inside.filename}"

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The decompressed bytes, from the start.

        Raises:
            FileUnreadable: If the file is gone, or its archive is corrupt; while reading too.
        """
        with ExitStack() as stack:
            with reading(self.name):
                raw = stack.enter_context(self.path.open("rb"))
                content: IO[bytes] = raw
                if self.compression == "gzip":
                    content = cast("IO[bytes]", stack.enter_context(GzipFile(fileobj=raw)))
                elif self.inside is not None:
                    archive = stack.enter_context(zipfile.ZipFile(raw))
                    content = stack.enter_context(archive.open(self.inside))
            yield Stream(raw, content, self.name)


def members(path: Path) -> tuple[Member, ...]:
    """The tables of trades in a file or archive, in file order.

    Raises:
        FileUnreadable: If the path is missing, no file, or a corrupt archive.
        NotTrades: If the archive has members, but none that ends in .csv or .parquet.
    """
    if path.is_dir():
        raise FileUnreadable(f"{path} is a directory", hint="name the files in it, e.g. with a * of the shell")
    if path.exists() and not path.is_file():
        raise FileUnreadable(f"{path} is no regular file", hint="it is read more than once: save it first")
    with reading(str(path)), path.open("rb") as raw:
        start = raw.read(4)
    if start in _ZIP:
        return _zipped(path)
    return (Member(path, "gzip" if start.startswith(_GZIP) else "none"),)


def _zipped(path: Path) -> tuple[Member, ...]:
    with reading(str(path)), zipfile.ZipFile(path) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    tables = tuple(Member(path, "zip", info) for info in infos if _is_table(info))
    if infos and not tables:
        raise NotTrades(f"{path}: no member of the archive ends in .csv or .parquet")
    return tables


def _is_table(info: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    hidden = name.name.startswith(".") or "__MACOSX" in name.parts
    return not info.is_dir() and not hidden and name.suffix.lower() in _TABLES

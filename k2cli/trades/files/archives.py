"""The tables of a file: itself, or the members of an archive.

What a file holds is told from its first bytes, never from its name. Nothing is unpacked to disk under a name: a
member's path in an archive is a label in messages and no more.
"""

import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, cast

from k2cli.trades.errors import FileUnreadable, NotTrades
from k2cli.trades.files.compression import MAGIC_LENGTH, Compression, compression_of
from k2cli.trades.files.members import Entry, Member
from k2cli.trades.files.stores import OnDisk, Spool, Store
from k2cli.trades.files.streams import reading
from k2cli.trades.files.tables import SUFFIXES, tables_among
from k2cli.trades.files.tar import tar_archive

_BLOCK = 512
_TAR = slice(257, 262)
_IS_TAR = b"ustar"


@dataclass(frozen=True, slots=True)
class Members:
    """What is in a file.

    Attributes:
        tables: The tables: the file itself, or members of an archive, in their order.
        others: Names of the members that are no tables.
    """

    tables: tuple[Member, ...]
    others: tuple[str, ...] = ()


def members(path: Path, spool: Spool | None = None) -> Members:
    """The tables of trades in a file or archive.

    Args:
        path: The file; a name in messages where the bytes are given.
        spool: Bytes that came from elsewhere.

    Raises:
        FileUnreadable: If the path is missing, no file, or a corrupt archive.
        NotTrades: If the archive has members, but none that is named as a table.
    """
    store = spool or _on_disk(path)
    with reading(str(path)):
        size = store.size
        with store.open() as packed:
            start = packed.read(_BLOCK)
    compression = compression_of(start)
    if compression == "zip":
        return _zipped(Member(path, compression, store, size))
    if start[_TAR] == _IS_TAR:
        return _tarred(Member(path, "tar", store, size))
    whole = Member(path, compression, store, size)
    if compression != "none":
        with whole.open() as stream:
            unpacked = stream.read(_BLOCK)
        if unpacked[_TAR] == _IS_TAR:
            with whole.open() as stream:
                return _tarred(replace(whole, compression="tar", store=Spool(stream, str(path))))
    return Members((whole,))


def _on_disk(path: Path) -> Store:
    if path.is_dir():
        raise FileUnreadable(f"{path} is a directory", hint="name the files in it, e.g. with a * of the shell")
    if path.exists() and not path.is_file():
        raise FileUnreadable(
            f"{path} is no regular file", hint="it is read more than once: save it first, or pipe it into -"
        )
    return OnDisk(path)


def _zipped(archive: Member) -> Members:
    with reading(archive.name), archive.store.open() as packed, zipfile.ZipFile(packed) as opened:
        infos = sorted(opened.infolist(), key=lambda info: info.header_offset)
    return _tables(archive, [Entry(info) for info in infos if not info.is_dir()], empty=not infos)


def _tarred(archive: Member) -> Members:
    with reading(archive.name), archive.store.open() as packed:
        infos = list(_tar_members(packed))
    found = _tables(archive, [Entry(info) for info in infos if info.isfile()], empty=not infos)
    links = tuple(info.name for info in infos if not (info.isfile() or info.isdir()))
    return replace(found, others=found.others + links)


def _tar_members(packed: IO[bytes]) -> Iterator[tarfile.TarInfo]:
    with tar_archive(packed) as archive:
        yield from archive
        # `tarfile` takes a header that it cannot read for the end.
        packed.seek(archive.offset)
        end = packed.read(_BLOCK)
    if len(end) < _BLOCK:
        raise EOFError
    if any(end):
        raise tarfile.ReadError(f"no header at byte {archive.offset}")


def _tables(archive: Member, entries: Sequence[Entry], *, empty: bool) -> Members:
    """The members that are tables, each with its own compression."""
    names = {entry.name.replace("\\", "/"): entry for entry in entries}
    tables = tables_among(list(names), archives=False)
    if not tables and not empty:
        raise NotTrades(
            f"{archive.path}: no member of the archive ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        )
    found = (replace(archive, entry=names[name]) for name in tables)
    unpacked = (replace(member, entry=Entry(cast("Entry", member.entry).info, _inner(member))) for member in found)
    return Members(tuple(unpacked), tuple(name for name in names if name not in tables))


def _inner(member: Member) -> Compression:
    with member.open() as stream:
        compression = compression_of(stream.read(MAGIC_LENGTH))
    if compression == "zip":
        raise NotTrades(f"{member.name} is an archive in an archive", hint="unpack the outer one")
    return compression

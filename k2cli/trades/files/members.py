"""A table of trades: a file, or a member of an archive, and how it is unpacked."""

import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from k2cli.trades.files.compression import Compression, decompressed
from k2cli.trades.files.stores import OnDisk, Spool, Store
from k2cli.trades.files.streams import Stream, reading
from k2cli.trades.files.tables import keys_of
from k2cli.trades.files.tar import tar_archive


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of an archive.

    Attributes:
        info: Where it lies there.
        compression: How it is packed besides.
    """

    info: zipfile.ZipInfo | tarfile.TarInfo
    compression: Compression = "none"

    @property
    def name(self) -> str:
        """Its path in the archive."""
        return self.info.filename if isinstance(self.info, zipfile.ZipInfo) else self.info.name


@dataclass(frozen=True, slots=True)
class Member:
    """One table of trades.

    Attributes:
        path: The file on disk; a name in messages where the bytes came from elsewhere.
        compression: How the file is packed.
        store: Its bytes; for a compressed archive those of the archive.
        entry: The member of an archive; None for other files.
        disk_size: Bytes of the file on disk.
    """

    path: Path
    compression: Compression
    store: Store
    disk_size: int
    entry: Entry | None = None

    @property
    def name(self) -> str:
        """The path, for a member of an archive followed by ``!`` and its name there."""
        return str(self.path) if self.inside is None else f"{self.path}!{self.inside}"

    @property
    def inside(self) -> str | None:
        """The path in the archive; None for other files."""
        return None if self.entry is None else self.entry.name

    @property
    def keys(self) -> Mapping[str, str]:
        """What the folders around it say: ``symbol=BTCUSDT`` is the key ``symbol``."""
        inside = {} if self.inside is None else keys_of(PurePosixPath(self.inside.replace("\\", "/")))
        return {**keys_of(self.path), **inside}

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The decompressed bytes, from the start.

        Raises:
            FileUnreadable: If the file is gone, or its archive is corrupt; while reading too.
        """
        with ExitStack() as stack:
            with reading(self.name):
                packed = stack.enter_context(self.store.open())
                content, start = self._content(packed, stack)
            yield Stream(packed, content, self.name, start=start, share=self.disk_size / max(1, self.store.size))

    @contextmanager
    def open_anywhere(self) -> Iterator[Path | IO[bytes]]:
        """The decompressed content as what can be read from any place: the file itself, or a temporary one.

        Raises:
            FileUnreadable: As `open`, or there is no room for a temporary file.
        """
        if self.compression == "none" and isinstance(self.store, OnDisk):
            yield self.path
            return
        with self.open() as stream:
            spool = Spool(stream, self.name)
        with spool.open() as content:
            yield content

    def _content(self, packed: IO[bytes], stack: ExitStack) -> tuple[IO[bytes], int]:
        """The unpacked content, and where it begins."""
        if self.entry is None:
            return stack.enter_context(decompressed(packed, self.compression)), 0
        info = self.entry.info
        if isinstance(info, zipfile.ZipInfo):
            inside = stack.enter_context(stack.enter_context(zipfile.ZipFile(packed)).open(info))
            start = info.header_offset
        else:
            archive = stack.enter_context(tar_archive(packed))
            inside = stack.enter_context(cast("IO[bytes]", archive.extractfile(info)))
            start = info.offset_data
        return stack.enter_context(decompressed(inside, self.entry.compression)), start

"""Bytes that can be read any number of times: of a file on disk, or kept in a temporary one."""

import errno
import io
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol, cast

from k2cli.trades.errors import FileUnreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 20


class Readable(Protocol):
    """Whatever gives its bytes in turn."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""


class Store(Protocol):
    """Bytes that can be read any number of times."""

    @property
    def size(self) -> int:
        """Number of bytes."""

    def open(self) -> IO[bytes]:
        """The bytes from the start; several may be open at once."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file on disk."""

    path: Path

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.path.stat().st_size

    def open(self) -> IO[bytes]:
        """The bytes from the start."""
        return self.path.open("rb")


class Spool:
    """Bytes in a temporary file without a name, which is gone when nobody holds the spool any more.

    Args:
        content: What is read into it, to its end.
        name: The file, for messages.

    Attributes:
        size: Number of bytes.

    Raises:
        FileUnreadable: There is not enough room for a temporary file.
    """

    def __init__(self, content: Readable, name: str) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the spool is there
        weakref.finalize(self, self._file.close)
        self.size = 0
        while data := content.read(_CHUNK):
            try:
                self._file.write(data)
            except OSError as error:
                raise _no_room(name, error) from error
            self.size += len(data)

    def open(self) -> IO[bytes]:
        """The bytes from the start."""
        return cast("IO[bytes]", io.BufferedReader(_View(self), _CHUNK))

    def read_at(self, position: int, buffer: "WriteableBuffer") -> int:
        """Read the bytes from a position on; the number of them is the result."""
        self._file.seek(position)
        return self._file.readinto(buffer)


class _View(io.RawIOBase):
    """A position in a spool."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool = spool
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._spool.size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative seek value {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        size = self._spool.read_at(self._position, buffer)
        self._position += size
        return size


def _no_room(name: str, error: OSError) -> FileUnreadable:
    folder = tempfile.gettempdir()
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return FileUnreadable(
            f"{name} needs more room than there is in {folder}", hint="name another folder by the variable TMPDIR"
        )
    return FileUnreadable(f"{name} cannot be kept in {folder}: {error.strerror}")

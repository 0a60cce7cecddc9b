"""Decompressed bytes of a file; every way of failing becomes `FileUnreadable`."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from tarfile import TarError
from typing import IO
from zipfile import BadZipFile

from k2cli.trades.errors import FileUnreadable

BOMB_SIZE = 1 << 30
"""Unpacked bytes of a file that may be packed in any way."""

BOMB_RATIO = 200
"""Beyond, an unpacked byte for each of these packed ones: rows of trades, which differ in their times, take 5 to 60."""

_CHUNK = 1 << 20


class Stream:
    """The decompressed bytes of a file or of an archive's member.

    Args:
        packed: The file that holds it.
        content: Its decompressed content.
        name: The file, for messages.
        start: Where in `packed` it begins.
        share: Bytes on disk for each byte of `packed`.
    """

    def __init__(self, packed: IO[bytes], content: IO[bytes], name: str, *, start: int = 0, share: float = 1.0) -> None:
        self._packed = packed
        self._content = content
        self._start = start
        self._share = share
        self._unpacked = 0
        self.name = name

    @property
    def position(self) -> int:
        """How far the file on disk has been read, in bytes."""
        return int(self._packed.tell() * self._share)

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than `size` only at the end.

        Raises:
            FileUnreadable: If the archive is truncated or corrupt, or unpacks to far more than rows of trades do.
        """
        with reading(self.name):
            return self._counted(self._content.read(size))

    def readline(self, limit: int) -> bytes:
        """The next line with its end, or `limit` bytes of it; see `read`."""
        with reading(self.name):
            return self._counted(self._content.readline(limit))

    def _counted(self, data: bytes) -> bytes:
        self._unpacked += len(data)
        if self._unpacked > BOMB_SIZE:
            packed = self._packed.tell() - self._start
            if self._unpacked > BOMB_RATIO * packed:
                raise FileUnreadable(
                    f"{self.name} unpacks to more than {BOMB_RATIO} times its size, as no file of trades does",
                    hint="if there are trades in it, unpack it first",
                )
        return data


def line_count(stream: Stream) -> int:
    """Number of lines; the last one need not have an end."""
    lines, last = 0, b"\n"
    while data := stream.read(_CHUNK):
        lines, last = lines + data.count(b"\n"), data[-1:]
    return lines + (last != b"\n")


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the standard library and Arrow raise about a file into `FileUnreadable`."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileUnreadable(f"{name} does not exist") from error
    except EOFError as error:
        raise _truncated(name) from error
    except (RuntimeError, NotImplementedError) as error:  # zipfile: a password, or a method it does not know
        raise FileUnreadable(f"{name} cannot be unpacked: {error}", hint="unpack it first") from error
    except (BadZipFile, TarError, zlib.error, LZMAError, ValueError, OverflowError, struct.error) as error:
        raise FileUnreadable(f"{name} is corrupt: {error}", hint="download it again") from error
    except OSError as error:  # gzip.BadGzipFile and Arrow's errors are some as well
        if "Truncated" in str(error):
            raise _truncated(name) from error
        raise FileUnreadable(f"{name} cannot be read: {error.strerror or error}") from error


def _truncated(name: str) -> FileUnreadable:
    return FileUnreadable(f"{name} is truncated: it ends in the middle", hint="download it again")

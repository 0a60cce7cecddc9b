"""Decompressed bytes of a file; every way of failing becomes `FileUnreadable`."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from zipfile import BadZipFile

from k2cli.trades.errors import FileUnreadable

_CHUNK = 1 << 20


class Stream:
    """The decompressed bytes of a file or of an archive's member.

    Args:
        raw: The file on disk.
        content: Its decompressed content.
        name: The file, for messages.
    """

    def __init__(self, raw: IO[bytes], content: IO[bytes], name: str) -> None:
        self._raw = raw
        self._content = content
        self.name = name

    @property
    def position(self) -> int:
        """How far the file on disk has been read, in bytes."""
        return self._raw.tell()

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than `size` only at the end.

        Raises:
            FileUnreadable: If the archive is truncated or corrupt.
        """
        with reading(self.name):
            return self._content.read(size)

    def readline(self, limit: int) -> bytes:
        """The next line with its end, or `limit` bytes of it; see `read`."""
        with reading(self.name):
            return self._content.readline(limit)


def line_count(stream: Stream) -> int:
    """Number of lines; the last one need not have an end."""
    lines, last = 0, b"\n"
    while data := stream.read(_CHUNK):
        lines, last = lines + data.count(b"\n"), data[-1:]
    return lines + (last != b"\n")


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the standard library raises about a file into `FileUnreadable`."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileUnreadable(f"{name} does not exist") from error
    except EOFError as error:
        raise FileUnreadable(f"{name} is truncated: it ends in the middle", hint="download it again") from error
    except (BadZipFile, zlib.error) as error:
        raise FileUnreadable(f"{name} is corrupt: {error}", hint="download it again") from error
    except (RuntimeError, NotImplementedError) as error:  # zipfile: a password, or a method it does not know
        raise FileUnreadable(f"{name} cannot be unpacked: {error}", hint="unpack it first") from error
    except OSError as error:  # gzip.BadGzipFile is one as well
        raise FileUnreadable(f"{name} cannot be read: {error.strerror or error}") from error

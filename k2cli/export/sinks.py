"""Where bytes go: a file or a pipe, whose failures are told as errors of ours."""

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from engines.errors import K2Error, Unavailable, UsageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOTHING = "nothing half-written is left"
_WRONG = {errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.EROFS, errno.ENAMETOOLONG}


@contextmanager
def told(where: str) -> Iterator[None]:
    """Tell failures of the operating system as errors of ours that name a place.

    Raises:
        UsageError: There is no such folder, it may not be written to, or the name is too long.
        Unavailable: No space is left, or the device fails.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _error(where, error) from error


def _error(where: str, error: OSError) -> K2Error:
    said = (error.strerror or str(error)).lower()
    if error.errno in _FULL:
        return Unavailable(f"no room to write {where}: {said}", hint=f"{_NOTHING}; make room, or write elsewhere")
    if error.errno in _WRONG:
        return UsageError(f"{where} cannot be written: {said}", hint="look at the path, and at who may write there")
    return Unavailable(f"{where} cannot be written: {said}", hint=f"{_NOTHING}; try again later")


Stream = io.RawIOBase | io.BufferedIOBase
"""What files are written to."""


class Sink(io.RawIOBase):
    """Counts the bytes on their way to a file.

    Args:
        stream: The file, unbuffered or not.
        where: How it is named in errors.

    Attributes:
        bytes: Number of bytes written.
    """

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream, self._where = stream, where
        self.bytes = 0

    def writable(self) -> bool:
        """Whether it can be written to: always."""
        return True

    def tell(self) -> int:
        """Number of bytes written."""
        return self.bytes

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Write all of the bytes.

        Raises:
            UsageError: See `told`.
            Unavailable: See `told`.
        """
        left = memoryview(data).cast("B")
        size = left.nbytes
        with told(self._where):
            while left:
                left = left[self._stream.write(left) :]
        self.bytes += size
        return size

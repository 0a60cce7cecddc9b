"""Tar archives, of which no header is believed that says it is gigabytes long."""

import tarfile
from typing import IO, cast

_MOST = 64 << 20
"""Bytes; four times what is read of rows at once."""


def tar_archive(packed: IO[bytes]) -> tarfile.TarFile:
    """Open an archive that is not compressed; closing it leaves `packed` open."""
    return tarfile.open(fileobj=cast("IO[bytes]", _Frugal(packed)), mode="r:")


class _Frugal:
    """A file of which no reader takes too much at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            tarfile.ReadError: They are more than a reader needs.
        """
        if size > _MOST:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._file.read(size)

    def seek(self, position: int) -> int:
        """Go to a position."""
        return self._file.seek(position)

    def tell(self) -> int:
        """The position."""
        return self._file.tell()

"""Compressed streams: told by their first bytes, and read to their very end or not at all."""

import bz2
import io
import lzma
from gzip import GzipFile
from typing import IO, TYPE_CHECKING, Literal, Protocol, cast

import pyarrow as pa

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Compression = Literal["none", "gzip", "zstd", "bzip2", "xz", "zip", "tar"]
"""How a file is packed; an archive counts as one, whether or not it is compressed as a whole, too."""

MAGIC_LENGTH = 6

_MAGIC: dict[bytes, Compression] = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
_SKIPPABLE = b"\x2a\x4d\x18"
"""What follows the first byte of a zstd frame that holds no data; parallel compressors begin with one."""

_CHUNK = 1 << 16
_XZ_MEMORY = 256 << 20
"""Bytes that a decoder may take: the strongest preset of xz needs 65 MiB."""


def compression_of(start: bytes) -> Compression:
    """How a file is packed, by its first `MAGIC_LENGTH` bytes."""
    if start[1:4] == _SKIPPABLE and start[0] & 0xF0 == 0x50:
        return "zstd"
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "none")


def decompressed(packed: IO[bytes], compression: Compression) -> IO[bytes]:
    """The content of a compressed stream; closing it leaves `packed` open.

    Reading raises `EOFError` where the stream ends too early, and `OSError`, `lzma.LZMAError` or `zlib.error` where it
    is corrupt.
    """
    if compression == "gzip":
        return cast("IO[bytes]", GzipFile(fileobj=packed))
    if compression == "zstd":
        return cast("IO[bytes]", io.BufferedReader(_Zstd(packed), _CHUNK))
    if compression == "bzip2":
        return cast("IO[bytes]", io.BufferedReader(_Frames(packed, _bzip2, padding=b""), _CHUNK))
    if compression == "xz":
        return cast("IO[bytes]", io.BufferedReader(_Frames(packed, _xz, padding=b"\0"), _CHUNK))
    return packed


class _Decompressor(Protocol):
    """What `bz2` and `lzma` have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _New(Protocol):
    def __call__(self) -> _Decompressor: ...


def _bzip2() -> _Decompressor:
    return bz2.BZ2Decompressor()


def _xz() -> _Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


class _Frames(io.RawIOBase):
    """The content of streams that follow one another, as parallel compressors write them.

    The standard library's own readers take whatever follows the first stream, and is none, for the end of the file.
    """

    def __init__(self, packed: IO[bytes], new: _New, *, padding: bytes) -> None:
        super().__init__()
        self._packed = packed
        self._new = new
        self._padding = padding
        self._frame: _Decompressor | None = None
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._next(len(view))
        view[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        while True:
            if self._frame is None and not self._another():
                return b""
            frame = cast("_Decompressor", self._frame)
            if frame.needs_input and not self._waiting:
                self._waiting = self._packed.read(_CHUNK)
                if not self._waiting:
                    raise EOFError("the stream does not end")
            data = frame.decompress(self._waiting, size)
            self._waiting = b""
            if frame.eof:
                self._waiting, self._frame = frame.unused_data, None
            if data:
                return data

    def _another(self) -> bool:
        """Begin the next stream, if there is one."""
        while True:
            if self._padding:
                self._waiting = self._waiting.lstrip(self._padding)
            if self._waiting:
                self._frame = self._new()
                return True
            self._waiting = self._packed.read(_CHUNK)
            if not self._waiting:
                return False


class _Zstd(io.RawIOBase):
    """The content of frames of zstd, by the decoder that comes with Arrow."""

    def __init__(self, packed: IO[bytes]) -> None:
        super().__init__()
        self._content = pa.CompressedInputStream(pa.PythonFile(_Unclosed(packed), "r"), "zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._content.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._content.close()
        super().close()


class _Unclosed(io.RawIOBase):
    """A file that stays open when its reader is closed: whoever opened it closes it."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(size)

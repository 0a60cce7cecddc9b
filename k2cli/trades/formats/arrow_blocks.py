"""How large the blocks of an Arrow file become when they are unpacked, told before one is.

Arrow has no limit: it takes as much memory as a compressed block says it needs. The places are those of the format's
flatbuffers, https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc.
"""

import struct
from collections.abc import Iterator

from pyarrow import ipc

BLOCK_LIMIT = 512 << 20
"""Bytes; Arrow writes 65,536 rows in one."""

_HEADER = 2
_DATA_OF_DICTIONARY = 1
_BUFFERS, _COMPRESSION = 2, 3
"""Numbers of fields in the format's tables."""

_CLAIM = struct.Struct("<q")


def unpacked_sizes(messages: ipc.MessageReader) -> Iterator[int]:
    """Bytes that each compressed block takes when it is unpacked."""
    for message in messages:
        if message.type in {"record batch", "dictionary"} and message.body is not None:
            yield _unpacked(memoryview(message.metadata), memoryview(message.body), message.type)


def _unpacked(metadata: memoryview, body: memoryview, kind: str) -> int:
    block = _table(metadata, _field(metadata, _table(metadata, 0), _HEADER))
    if kind == "dictionary":
        block = _table(metadata, _field(metadata, block, _DATA_OF_DICTIONARY))
    if not _field(metadata, block, _COMPRESSION):
        return 0
    buffers = _table(metadata, _field(metadata, block, _BUFFERS))
    (count,) = struct.unpack_from("<I", metadata, buffers)
    places = struct.iter_unpack("<qq", metadata[buffers + 4 : buffers + 4 + 16 * count])
    return sum(max(length, _CLAIM.unpack_from(body, start)[0]) for start, length in places if length)


def _table(data: memoryview, place: int) -> int:
    """Where the table, or the list, begins to which a place points."""
    return place + int(struct.unpack_from("<I", data, place)[0])


def _field(data: memoryview, table: int, number: int) -> int:
    """Where a field of a table is; 0 if it is left out."""
    fields = table - struct.unpack_from("<i", data, table)[0]
    (size,) = struct.unpack_from("<H", data, fields)
    slot = 4 + 2 * number
    offset = int(struct.unpack_from("<H", data, fields + slot)[0]) if slot < size else 0
    return table + offset if offset else 0

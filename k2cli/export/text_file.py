"""A file of text, written in parts by several threads."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa

from k2cli.export.sinks import Stream
from k2cli.export.texts import Render, refuse_nested, to_frame

_PART = 50_000
"""Rows that a thread renders at a time: some 10 MB of text."""


class TextFile:
    """Writes tables as text.

    Args:
        stream: Where to write; it stays open.
        schema: Schema of the tables.
        render: Rows as bytes.
        before: What stands before the first row, and after the last one.

    Raises:
        UsageError: A column holds what cannot be written as text.
    """

    def __init__(
        self, stream: Stream, schema: pa.Schema, render: Render, around: tuple[bytes, bytes] = (b"", b"")
    ) -> None:
        refuse_nested(schema)
        self._stream, self._render, (before, self._after) = stream, render, around
        self._first = True
        self._schema = schema
        stream.write(before)

    def write(self, table: pa.Table) -> None:
        """Write the rows."""
        for text in self._texts(table):
            self._stream.write(text)

    def _texts(self, table: pa.Table) -> Iterator[bytes]:
        """Yield the text of the rows, in order: a few parts are rendered ahead, each in a thread."""
        parts = [table.slice(start, _PART) for start in range(0, table.num_rows, _PART)]
        threads = min(len(parts), os.cpu_count() or 1, 4)
        if threads <= 1:
            yield from (self._render(to_frame(part), self._is_first()) for part in parts)
            return
        coming = deque[Future[bytes]]()
        with ThreadPoolExecutor(threads) as pool:
            for part in parts:
                coming.append(pool.submit(self._render, to_frame(part), self._is_first()))
                if len(coming) > threads:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()

    def _is_first(self) -> bool:
        first, self._first = self._first, False
        return first

    def close(self) -> None:
        """Write the end."""
        if self._first:
            self._stream.write(self._render(to_frame(self._schema.empty_table()), True))
        self._stream.write(self._after)

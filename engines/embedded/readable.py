"""A reader whose errors name the table and the file at fault, around that of any engine of this process."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from engines.domain.interval import Intervals
from engines.embedded.reader import Folded, Reader
from engines.work import Rows, TradeRows

if TYPE_CHECKING:
    import pyarrow as pa


class Readable(Reader):
    """Reads by another reader, and translates what its libraries raise over files into our errors.

    Args:
        reader: The reader of an engine.
    """

    def __init__(self, reader: Reader) -> None:
        self.config = reader.config
        self._reader = reader

    def fold(self, trades: TradeRows, intervals: Intervals) -> Folded:
        """See `Reader.fold`."""
        with _reading(trades, intervals):
            return self._reader.fold(trades, intervals)

    def series(self, trades: TradeRows) -> "pa.Table":
        """See `Reader.series`."""
        with _reading(trades, None):
            return self._reader.series(trades)

    def rows(self, table: Rows, column: str, intervals: Intervals | None, columns: Sequence[str] | None) -> "pa.Table":
        """See `Reader.rows`."""
        with _reading(table, intervals):
            return self._reader.rows(table, column, intervals, columns)


def _reading(rows: Rows, intervals: Intervals | None) -> AbstractContextManager[None]:
    from engines.iceberg.diagnosis import reading_rows

    files = rows.files if intervals is None else rows.within(intervals)
    return reading_rows(rows.table, rows.snapshot_id, [file.path for file in files])

"""The range of event times of trades that are being added to the source table."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from engines.base import Observer, Silence


class EventTimes:
    """Records the earliest and the latest event time of a stream of trades.

    Args:
        observer: Receives the number of rows as progress.
        name: The name under which progress is reported.

    Attributes:
        first: The earliest event time seen, microseconds since the epoch; None before the first trade.
        last: The latest event time seen, likewise.
    """

    def __init__(self, observer: Observer | None = None, name: str = "") -> None:
        self._observer = observer or Silence()
        self._name = name
        self.first: int | None = None
        self.last: int | None = None

    def seen(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Yield the tables unchanged, and record their event times."""
        for table in tables:
            if table.num_rows:
                ends = pc.min_max(table["timestamp"]).as_py()
                self.first = ends["min"] if self.first is None else min(self.first, ends["min"])
                self.last = ends["max"] if self.last is None else max(self.last, ends["max"])
            yield table
            self._observer.advanced(self._name, table.num_rows)

"""What an import brings for each series: its times, and the kind of its trades."""

from collections.abc import Iterable, Iterator

import polars as pl
import pyarrow as pa

from engines.domain.imports import Arrival, ImportRecord, Kind, SeriesKey, Shift
from engines.domain.interval import Interval


class Arrivals:
    """Records the series of a stream of trades.

    Args:
        files: Digests of the files that the trades come from.
        shift: How the decimal points of the files were moved.
        aggregates: Whether an id is that of several trades.
    """

    def __init__(self, files: Iterable[str], shift: Shift, *, aggregates: bool) -> None:
        self._files = tuple(files)
        self._shift = shift
        self._with_id = Kind.AGGREGATE if aggregates else Kind.TRADE
        self._series: dict[SeriesKey, Arrival] = {}

    @property
    def times(self) -> Interval | None:
        """From the first trade to the last; None if there is none."""
        times = [arrival.times for arrival in self._series.values()]
        return Interval(min(time.start for time in times), max(time.end for time in times)) if times else None

    def record(self) -> ImportRecord:
        """What later imports are to know of this one."""
        return ImportRecord(files=self._files, shift=self._shift, arrivals=self._series)

    def seen(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Yield the tables unchanged, and record their series."""
        for table in tables:
            rows = pl.DataFrame(table.select(["exchange", "symbol", "timestamp", "trade_id"]))
            first, last = pl.col("timestamp").min().alias("first"), pl.col("timestamp").max().alias("last")
            identified = pl.col("trade_id").count()
            series = rows.group_by("exchange", "symbol").agg(first, last, identified, rows=pl.len())
            for exchange, symbol, start, end, with_id, count in series.iter_rows():
                told = {self._with_id: with_id, Kind.ROW: count - with_id}
                kinds = {kind for kind, number in told.items() if number}
                self._add((exchange, symbol), Interval(start, end + 1), kinds)
            yield table

    def _add(self, series: SeriesKey, times: Interval, kinds: set[Kind]) -> None:
        known = self._series.get(series, Arrival(times, frozenset()))
        times = Interval(min(known.times.start, times.start), max(known.times.end, times.end))
        self._series[series] = Arrival(times, known.kinds | kinds)
